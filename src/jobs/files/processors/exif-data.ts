import type { ExifTags } from '../../tools/exiftool.ts';
import { plainDate, plainNumber, plainText, present } from './plain-text.ts';

/** A `#` asks for the number behind a tag. Latitude and longitude are the composite ones, which carry their sign. */
export const EXIF_TAGS = [
  'EXIF:Make',
  'EXIF:Model',
  'EXIF:DateTimeOriginal',
  'EXIF:CreateDate',
  'EXIF:ModifyDate',
  'EXIF:Orientation#',
  'Composite:GPSLatitude#',
  'Composite:GPSLongitude#',
  'EXIF:ISO',
  'EXIF:ExposureTime',
  'EXIF:FNumber#',
  'EXIF:FocalLength#',
] as const;

/** What the camera wrote; a field that it did not write is absent. */
export function exifData(tags: ExifTags) {
  return present({
    make: plainText(tags['Make']),
    model: plainText(tags['Model']),
    date_time: plainDate(tags['DateTimeOriginal']) ?? plainDate(tags['CreateDate']) ?? plainDate(tags['ModifyDate']),
    orientation: plainNumber(tags['Orientation']),
    gps_latitude: plainNumber(tags['GPSLatitude']),
    gps_longitude: plainNumber(tags['GPSLongitude']),
    iso: plainNumber(tags['ISO']),
    exposure_time: plainText(tags['ExposureTime']),
    f_number: plainNumber(tags['FNumber']),
    focal_length: plainNumber(tags['FocalLength']),
  });
}
