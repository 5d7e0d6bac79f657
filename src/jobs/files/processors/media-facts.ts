import type { ProbeReport, ProbeStream } from '../../tools/probe-report.ts';
import { present } from './plain-text.ts';

/** The stream that a person would call the film: no cover picture, and with a size. */
export function videoStream(report: ProbeReport): ProbeStream | undefined {
  return report.streams.find(
    (stream) =>
      stream.codec_type === 'video' && !isStill(stream) && (stream.width ?? 0) > 0 && (stream.height ?? 0) > 0,
  );
}

export function audioStream(report: ProbeReport): ProbeStream | undefined {
  return report.streams.find((stream) => stream.codec_type === 'audio');
}

/** A cover in a song is a video stream of one picture. */
function isStill(stream: ProbeStream): boolean {
  return stream.disposition.attached_pic === 1;
}

/** Width and height as the film is shown: its rotation applied. */
export function shownSize(stream: ProbeStream): { width: number; height: number } {
  const [width, height] = [stream.width ?? 0, stream.height ?? 0];
  return isSideways(stream) ? { width: height, height: width } : { width, height };
}

/** Width over height on the screen, which is another thing when the pixels are not square. */
export function shownRatio(stream: ProbeStream): number {
  const pixel = ratio(stream.sample_aspect_ratio?.replace(':', '/')) ?? 1;
  const stored = ((stream.width ?? 1) * pixel) / (stream.height ?? 1);
  return isSideways(stream) ? 1 / stored : stored;
}

function isSideways(stream: ProbeStream): boolean {
  const sideData = stream.side_data_list.find(({ rotation }) => rotation !== undefined)?.rotation;
  const degrees = sideData ?? Number(stream.tags['rotate'] ?? 0);
  return Math.abs(Math.round(degrees / 90)) % 2 === 1;
}

export function videoDimensions(report: ProbeReport, stream: ProbeStream) {
  const { width, height } = shownSize(stream);
  return {
    width,
    height,
    ...present({
      duration: durationOf(report, stream),
      codec: stream.codec_name,
      bit_rate: report.format.bit_rate ?? stream.bit_rate,
      frame_rate: rounded(ratio(stream.avg_frame_rate) ?? ratio(stream.r_frame_rate)),
    }),
  };
}

export function audioDimensions(report: ProbeReport, stream: ProbeStream) {
  return present({
    duration: durationOf(report, stream),
    codec: stream.codec_name,
    bit_rate: stream.bit_rate ?? report.format.bit_rate,
    sample_rate: stream.sample_rate,
    channels: stream.channels,
  });
}

/** Seconds, to the millisecond. */
export function durationOf(report: ProbeReport, stream: ProbeStream): number | undefined {
  return rounded(report.format.duration ?? stream.duration);
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined || value < 0 ? undefined : Math.round(value * 1000) / 1000;
}

/** ffprobe writes a rate that it does not know as 0/0. */
function ratio(text: string | undefined): number | undefined {
  const [, above, below] = /^(\d+)\/(\d+)$/.exec(text ?? '') ?? [];
  const value = Number(above) / Number(below);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}
