// A conversation with a language model: providers, recording, replay, tokens and money. What other folders may use.
export type {
  ChatMessage,
  ChatReply,
  ChatRequest,
  Conversation,
  Spent,
  Tool,
  ToolCall,
  Usage,
} from "./chat.ts";
export { type MessageList, readMessageList } from "./message-list.ts";
export {
  type Environment,
  type ModelName,
  type ModelProvider,
  modelProviders,
  parseModelName,
} from "./model-name.ts";
