// An icon of the sprite. Its address comes once, from the page.
let sprite = "";

export function setSprite(url: string): void {
  sprite = url;
}

export function Icon({ name, large = false }: { name: string; large?: boolean }) {
  return (
    <svg className={large ? "icon l" : "icon"} aria-hidden="true" focusable="false">
      <use href={`${sprite}#i-${name}`} />
    </svg>
  );
}

/** The coloured square of a node kind. */
export function Tile({ kind, icon, small = false }: { kind: string; icon: string; small?: boolean }) {
  return (
    <span className={small ? "tile s" : "tile"} data-kind={kind}>
      <Icon name={icon} />
    </span>
  );
}
