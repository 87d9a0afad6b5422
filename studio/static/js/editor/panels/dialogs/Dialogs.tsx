import { usePart } from "../../session/context";
import { KeyboardDialog } from "./KeyboardDialog";
import { PublishDialog } from "./PublishDialog";
import { TestDialog } from "./TestDialog";
import { VersionsDialog } from "./VersionsDialog";

export function Dialogs() {
  const dialog = usePart((state) => state.dialog);
  if (dialog === "publish") return <PublishDialog />;
  if (dialog === "versions") return <VersionsDialog />;
  if (dialog === "test") return <TestDialog />;
  if (dialog === "keyboard") return <KeyboardDialog />;
  return null;
}
