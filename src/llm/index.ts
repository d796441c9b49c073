// A conversation with a language model: providers, recording, replay, tokens and money. What other folders may use.
export type {
  ChatImage,
  ChatMessage,
  ChatReply,
  ChatRequest,
  Conversation,
  Effort,
  Spent,
  Tool,
  ToolCall,
  Usage,
} from "./chat.ts";
export {
  type ConversationOptions,
  createConversation,
  createTerminalAnswerer,
  daySpendingOf,
} from "./conversation.ts";
export { type Caps, createLedger, type Ledger } from "./ledger.ts";
export type { Answerer, PasteTerminal } from "./manual-source.ts";
export { type MessageList, readMessageList } from "./message-list.ts";
export {
  type Environment,
  type ModelName,
  type ModelProvider,
  modelProviders,
  parseModelName,
} from "./model-name.ts";
export { charactersOfImage, readPicture } from "./pictures.ts";
export { type Estimate, estimate, type Price, priceOf, thinks, tokensOf } from "./prices.ts";
export { type CallLine, checkRecordLine, type FailureLine, type ParsedRecord } from "./record-lines.ts";
export { isMessageList } from "./replay-source.ts";
export { answerIn, lastObject, numberIn } from "./structured.ts";
export { withoutThinking } from "./thinking.ts";
export type { Clock } from "./wait.ts";
export { whyNoAnswer } from "./why-no-answer.ts";
