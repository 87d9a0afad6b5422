import { usePart } from "../../session/context";
import { BacktestDialog } from "./BacktestDialog";
import { FinderDialog } from "./FinderDialog";
import { KeyboardDialog } from "./KeyboardDialog";
import { PublishDialog } from "./PublishDialog";
import { TestDialog } from "./TestDialog";
import { VersionsDialog } from "./VersionsDialog";

export function Dialogs() {
  const dialog = usePart((state) => state.dialog);
  if (dialog === "publish") return <PublishDialog />;
  if (dialog === "versions") return <VersionsDialog />;
  if (dialog === "test") return <TestDialog />;
  if (dialog === "backtest") return <BacktestDialog />;
  if (dialog === "keyboard") return <KeyboardDialog />;
  if (dialog === "finder") return <FinderDialog />;
  return null;
}
