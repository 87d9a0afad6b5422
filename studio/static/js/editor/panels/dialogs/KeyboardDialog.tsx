import { t } from "../../../i18n/t";
import { Modal } from "../../parts/Modal";
import { useSession } from "../../session/context";
import { ACTIONS, OTHER_KEYS, titleOf } from "../actions/actions";
import { isMac, shown } from "../actions/chords";

export function KeyboardDialog() {
  const session = useSession();
  const close = (): void => session.dialog(null);
  const commands = ACTIONS.flatMap((action) =>
    action.keys ? [[shown(action.keys[0] ?? "", isMac()), titleOf(action, session.state)] as const] : [],
  );
  const all = [...commands, ...OTHER_KEYS.map(([key, meaning]) => [key, t(meaning)] as const)];
  return (
    <Modal
      title={t("keys.title")}
      wide
      readOnly
      onClose={close}
      foot={
        <button type="button" className="btn" onClick={close}>
          {t("dialog.done")}
        </button>
      }
    >
      <dl className="facts key-list">
        {all.map(([key, meaning]) => (
          <div key={`${key} ${meaning}`}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
