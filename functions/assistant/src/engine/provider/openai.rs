//! Chat completions, as `OpenAI` defined them and many servers imitate them.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Call, End, Failure, Line, Question, Tokens};

/// `OpenAI`'s own server, whose newer models refuse `max_tokens`; servers that imitate the protocol know only that one.
const OWN: &str = "api.openai.com";

/// The body of a request to a server.
pub(super) fn body(question: &Question<'_>, host: Option<&str>, model: &str, most_tokens: u32) -> Value {
    let tools: Vec<Value> = question
        .tools
        .iter()
        .map(|tool| {
            let function =
                json!({ "name": tool.name, "description": tool.description, "parameters": tool.schema });
            json!({ "type": "function", "function": function })
        })
        .collect();
    let system = format!("{}\n\n{}", question.rules, question.moment);
    let mut messages = vec![json!({ "role": "system", "content": system })];
    for line in question.lines {
        messages.extend(said(line));
    }
    let limit = if host == Some(OWN) { "max_completion_tokens" } else { "max_tokens" };
    json!({ "model": model, (limit): most_tokens, "messages": messages, "tools": tools })
}

fn said(line: &Line) -> Vec<Value> {
    match line {
        Line::Patient(text) => vec![json!({ "role": "user", "content": text })],
        Line::Clinic(text) => vec![json!({ "role": "assistant", "content": text })],
        Line::Called(text, calls) => {
            let called = calls.iter().map(|call| {
                let function = json!({ "name": call.name, "arguments": call.input.to_string() });
                json!({ "id": call.id, "type": "function", "function": function })
            });
            let text = (!text.trim().is_empty()).then_some(text);
            vec![json!({ "role": "assistant", "content": text, "tool_calls": called.collect::<Vec<_>>() })]
        }
        Line::Results(outcomes) => outcomes
            .iter()
            .map(|outcome| json!({ "role": "tool", "tool_call_id": outcome.id, "content": outcome.text }))
            .collect(),
    }
}

/// An answer.
#[derive(Debug, Deserialize)]
pub(super) struct Reply {
    choices: Vec<Choice>,
    usage: Option<Usage>,
}

#[derive(Debug, Deserialize)]
struct Choice {
    message: Message,
    finish_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Message {
    content: Option<String>,
    refusal: Option<String>,
    tool_calls: Option<Vec<ToolCall>>,
}

#[derive(Debug, Deserialize)]
struct ToolCall {
    id: String,
    function: Function,
}

#[derive(Debug, Deserialize)]
struct Function {
    name: String,
    #[serde(default)]
    arguments: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
}

impl Reply {
    pub(super) fn read(self) -> Result<(Answer, Tokens), Failure> {
        let choice = self.choices.into_iter().next().ok_or(Failure::Malformed)?;
        let refused = choice.message.refusal.is_some_and(|refusal| !refusal.is_empty());
        let end = match choice.finish_reason.as_deref() {
            Some("content_filter") => End::Refused,
            _ if refused => End::Refused,
            Some("length") => End::Cut,
            _ => End::Done,
        };
        let calls = choice.message.tool_calls.unwrap_or_default().into_iter().map(|call| {
            let arguments = call.function.arguments;
            // No arguments at all are those of a tool without any.
            let arguments = if arguments.trim().is_empty() { "{}" } else { arguments.as_str() };
            let input = serde_json::from_str(arguments).unwrap_or(Value::Null);
            Call { id: call.id, name: call.function.name, input }
        });
        let answer = Answer { text: choice.message.content.unwrap_or_default(), calls: calls.collect(), end };
        let usage = self.usage.unwrap_or_default();
        Ok((answer, Tokens { read: usage.prompt_tokens, written: usage.completion_tokens }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_server_is_told_the_limit_by_the_name_it_knows() {
        let question = Question { rules: "r", moment: "m", lines: &[], tools: &[] };
        let told = |host| body(&question, host, "modelo", 9);
        assert_eq!(told(Some("api.openai.com"))["max_completion_tokens"], 9);
        assert_eq!(told(Some("127.0.0.1"))["max_tokens"], 9);
        assert!(told(Some("api.openai.com")).get("max_tokens").is_none());
    }
}
