import { t } from "../../../i18n/t";
import { Modal } from "../../parts/Modal";
import { useSession } from "../../session/context";

const KEYS = [
  ["/", "keys.find"],
  ["Enter", "keys.enter"],
  ["↑ ↓ ← →", "keys.travel"],
  ["Alt + ↑ ↓ ← →", "keys.nudge"],
  ["Alt + Shift + ↑ ↓ ← →", "keys.resize"],
  ["+", "keys.add"],
  ["-", "keys.fold"],
  ["N", "keys.note"],
  ["Ctrl + G", "keys.group"],
  ["Ctrl + Shift + G", "keys.ungroup"],
  ["Space", "keys.space"],
  ["Delete", "keys.delete"],
  ["Ctrl + Z", "keys.undo"],
  ["Ctrl + Y", "keys.redo"],
  ["Ctrl + C, X, V, D", "keys.copy"],
  ["Ctrl + A", "keys.all"],
  ["Ctrl + S", "keys.save"],
  ["Shift + Alt + T", "keys.tidy"],
  ["Esc", "keys.esc"],
  ["?", "keys.help"],
] as const;

export function KeyboardDialog() {
  const session = useSession();
  const close = (): void => session.dialog(null);
  return (
    <Modal
      title={t("keys.title")}
      onClose={close}
      foot={
        <button type="button" className="btn" onClick={close}>
          {t("dialog.done")}
        </button>
      }
    >
      <dl className="facts keys">
        {KEYS.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(meaning)}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
