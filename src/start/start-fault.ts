/** Something that a person has to put right; its message is the one line that they see. */
export class StartFault extends Error {
  override readonly name = 'StartFault';
}
