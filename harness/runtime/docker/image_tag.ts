import type { ImageContext, ImageName } from "./image_context.ts";

/** The tag of the image that is made from this context. */
export function imageTag(name: ImageName, context: ImageContext): string {
  return `meshproof/${name}:${context.digest}`;
}
