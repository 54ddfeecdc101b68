//! Anthropic's Messages API.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Call, End, Line, Question, Tokens};

/// The version of the API this is written for.
pub(super) const VERSION: &str = "2023-06-01";

/// The body of a request. Rules and tools are the same for every message of a clinic, so the server may keep them.
pub(super) fn body(question: &Question<'_>, model: &str, most_tokens: u32) -> Value {
    let tools: Vec<Value> = question
        .tools
        .iter()
        .map(
            |tool| json!({ "name": tool.name, "description": tool.description, "input_schema": tool.schema }),
        )
        .collect();
    json!({
        "model": model,
        "max_tokens": most_tokens,
        "system": [
            { "type": "text", "text": question.rules, "cache_control": { "type": "ephemeral" } },
            { "type": "text", "text": question.moment },
        ],
        "tools": tools,
        "messages": question.lines.iter().map(message).collect::<Vec<_>>(),
    })
}

fn message(line: &Line) -> Value {
    match line {
        Line::Patient(text) => json!({ "role": "user", "content": text }),
        Line::Clinic(text) => json!({ "role": "assistant", "content": text }),
        Line::Called(text, calls) => {
            // A text of nothing but spaces is refused.
            let said = (!text.trim().is_empty()).then(|| json!({ "type": "text", "text": text }));
            let called = calls.iter().map(|call| {
                // An input must be an object, also the one that could not be read.
                let input = if call.input.is_object() { call.input.clone() } else { json!({}) };
                json!({ "type": "tool_use", "id": call.id, "name": call.name, "input": input })
            });
            json!({ "role": "assistant", "content": said.into_iter().chain(called).collect::<Vec<_>>() })
        }
        Line::Results(outcomes) => {
            let results = outcomes.iter().map(|outcome| {
                json!({
                    "type": "tool_result", "tool_use_id": outcome.id, "content": outcome.text, "is_error": outcome.refused,
                })
            });
            json!({ "role": "user", "content": results.collect::<Vec<_>>() })
        }
    }
}

/// An answer.
#[derive(Debug, Deserialize)]
pub(super) struct Reply {
    content: Vec<Block>,
    stop_reason: String,
    #[serde(default)]
    usage: Usage,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block {
    Text {
        text: String,
    },
    ToolUse {
        id: String,
        name: String,
        input: Value,
    },
    /// Whatever else there may be says nothing to a patient.
    #[serde(other)]
    Other,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Usage {
    #[serde(rename = "input_tokens")]
    read: u64,
    #[serde(rename = "output_tokens")]
    written: u64,
    #[serde(rename = "cache_creation_input_tokens")]
    put_into_cache: Option<u64>,
    #[serde(rename = "cache_read_input_tokens")]
    from_cache: Option<u64>,
}

impl Reply {
    pub(super) fn read(self) -> (Answer, Tokens) {
        let end = match self.stop_reason.as_str() {
            "end_turn" | "tool_use" | "stop_sequence" => End::Done,
            "refusal" => End::Refused,
            // "max_tokens", "pause_turn", "model_context_window_exceeded": there is more to it than is here.
            _ => End::Cut,
        };
        let mut answer = Answer { text: String::new(), calls: Vec::new(), end };
        for block in self.content {
            match block {
                Block::Text { text } => answer.text.push_str(&text),
                Block::ToolUse { id, name, input } => answer.calls.push(Call { id, name, input }),
                Block::Other => {}
            }
        }
        let cached =
            self.usage.put_into_cache.unwrap_or_default() + self.usage.from_cache.unwrap_or_default();
        (answer, Tokens { read: self.usage.read.saturating_add(cached), written: self.usage.written })
    }
}
