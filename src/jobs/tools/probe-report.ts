import { z } from 'zod';

/** ffprobe writes most numbers as text, and "N/A" for what it does not know. */
const number = z.preprocess((value) => (typeof value === 'string' ? Number(value) : value), z.number());
const optionalNumber = number.optional().catch(undefined);
const optionalText = z.string().optional().catch(undefined);
const tags = z.record(z.string(), z.string()).default({}).catch({});

const probeStream = z.object({
  index: z.number().int(),
  codec_type: optionalText,
  codec_name: optionalText,
  width: optionalNumber,
  height: optionalNumber,
  sample_aspect_ratio: optionalText,
  avg_frame_rate: optionalText,
  r_frame_rate: optionalText,
  bit_rate: optionalNumber,
  duration: optionalNumber,
  sample_rate: optionalNumber,
  channels: optionalNumber,
  tags,
  disposition: z.object({ attached_pic: optionalNumber }).default({}).catch({}),
  side_data_list: z
    .array(z.object({ rotation: optionalNumber }))
    .default([])
    .catch([]),
});

/** The parts of ffprobe's JSON that the jobs read. A field of a wrong kind counts as absent: files can say anything. */
export const probeReport = z.object({
  streams: z.array(probeStream).default([]),
  format: z
    .object({ format_name: optionalText, duration: optionalNumber, bit_rate: optionalNumber, tags })
    .default({ tags: {} }),
});

export type ProbeStream = z.infer<typeof probeStream>;
export type ProbeReport = z.infer<typeof probeReport>;
