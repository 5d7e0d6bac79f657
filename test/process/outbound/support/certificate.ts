import { generateKeyPairSync, sign } from 'node:crypto';

const SEQUENCE = 0x30;
const SET = 0x31;
const ECDSA_WITH_SHA256 = der(SEQUENCE, der(0x06, hex('2a8648ce3d040302')));

/** A fresh key and a certificate for one name, signed by itself: nothing of it stands in a file. */
export function certificateFor(name: string): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const who = der(SEQUENCE, der(SET, der(SEQUENCE, der(0x06, hex('550403')), der(0x0c, Buffer.from(name)))));
  const year = new Date().getUTCFullYear();
  const validity = der(SEQUENCE, ...[year - 1, year + 2].map((at) => der(0x18, Buffer.from(`${at}0101000000Z`))));
  const names = der(SEQUENCE, der(0x82, Buffer.from(name)));
  const extensions = der(SEQUENCE, der(SEQUENCE, der(0x06, hex('551d11')), der(0x04, names)));
  const facts = der(
    SEQUENCE,
    der(0xa0, der(0x02, hex('02'))),
    der(0x02, hex('01')),
    ECDSA_WITH_SHA256,
    who,
    validity,
    who,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const signature = der(0x03, hex('00'), sign('sha256', facts, privateKey));
  const body = der(SEQUENCE, facts, ECDSA_WITH_SHA256, signature).toString('base64');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${body.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  };
}

/** One value in DER: its tag, its length, its parts. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}
