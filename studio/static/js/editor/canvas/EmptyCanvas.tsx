// What stands on a canvas without steps: the triggers that most workflows begin with, by a click or a touch.
import { t } from "../../i18n/t";
import { Tile } from "../parts/Icon";
import { useSession } from "../session/context";

const USUAL = ["connection.event", "trigger.webhook", "trigger.schedule", "trigger.manual"];
const GALLERY = "/gallery";

export function EmptyCanvas() {
  const session = useSession();
  const usual = USUAL.map((key) => session.types.of(key)).filter((type) => type !== undefined);
  return (
    <div className="canvas-empty">
      <h2>{t("canvas.empty.title")}</h2>
      <p>{t("canvas.empty.usual")}</p>
      <div className="starts">
        {usual.map((type) => (
          <button
            key={type.key}
            type="button"
            className="btn"
            title={type.help}
            onClick={() => session.steps.add(type)}
          >
            <Tile kind={type.kind} icon={type.icon} small />
            {type.title}
          </button>
        ))}
      </div>
      <p className="small">
        <a href={GALLERY}>{t("canvas.empty.template")}</a>
      </p>
    </div>
  );
}
