// What the inbox does beyond what every list does: selecting, and news.
import { news } from "./news";
import { selecting } from "./selecting";

export function inbox(): void {
  selecting();
  news();
}
