import { CARD } from "../session/places";

/** Wide enough that the names of many ports do not run into each other. */
export const cardWidth = (ports: number): number => Math.max(CARD.width, ports * 80);
