/** What a palette item carries while it is dragged: its node type's key. */
export const DRAGGED_TYPE = "application/x-studio-node-type";
