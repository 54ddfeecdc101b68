//! The name of a trace, as X-Ray and as the W3C write it: one sixteen-byte number, in two spellings.
//!
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader> and <https://www.w3.org/TR/trace-context/>.

use http::HeaderMap;

/// What X-Ray's header is called.
const XRAY: &str = "x-amzn-trace-id";
/// What the W3C's is.
pub const TRACEPARENT: &str = "traceparent";

/// A trace that something is part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Thirty-two digits.
    id: String,
    /// Sixteen digits: who called.
    parent: Option<String>,
    sampled: bool,
}

impl Trace {
    /// `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`, in any order and with more between.
    pub fn xray(header: &str) -> Option<Self> {
        let part = |name: &str| {
            let mut parts = header.split(';').filter_map(|part| part.trim().split_once('='));
            parts.find(|(key, _)| *key == name).map(|(_, value)| value)
        };
        let (time, unique) = part("Root")?.strip_prefix("1-")?.split_once('-')?;
        let id = format!("{}{}", digits(time, 8)?, digits(unique, 24)?);
        let parent = part("Parent").and_then(|parent| digits(parent, 16));
        Some(Self { id, parent, sampled: part("Sampled") == Some("1") })
    }

    /// `00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01`; versions to come only add parts.
    pub fn w3c(header: &str) -> Option<Self> {
        let mut parts = header.trim().split('-');
        let version = u8::from_str_radix(parts.next()?, 16).ok()?;
        let (id, parent) = (digits(parts.next()?, 32)?, digits(parts.next()?, 16)?);
        let flags = u8::from_str_radix(parts.next()?, 16).ok()?;
        // The highest is no version.
        (version != u8::MAX).then_some(Self { id, parent: Some(parent), sampled: flags & 1 == 1 })
    }

    /// The trace a request says it is part of.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        header(XRAY).and_then(Self::xray).or_else(|| header(TRACEPARENT).and_then(Self::w3c))
    }

    /// `1-5759e988-bd862e3fe1be46a994272793`, by which X-Ray finds it.
    pub fn root(&self) -> String {
        let (time, unique) = self.id.split_at_checked(8).unwrap_or_default();
        format!("1-{time}-{unique}")
    }

    /// As X-Ray's header, for a queue to carry.
    pub fn header(&self) -> String {
        let parent = self.parent.as_ref().map(|parent| format!(";Parent={parent}")).unwrap_or_default();
        format!("Root={}{parent};Sampled={}", self.root(), u8::from(self.sampled))
    }

    /// As the W3C's. Who has no name of its own in the trace is called after the trace.
    pub fn traceparent(&self) -> String {
        let parent = self.parent.as_deref().unwrap_or_else(|| self.id.get(16..).unwrap_or_default());
        format!("00-{}-{parent}-{:02x}", self.id, u8::from(self.sampled))
    }
}

/// So many hexadecimal digits that are not all zero, in small letters.
fn digits(text: &str, length: usize) -> Option<String> {
    let hexadecimal = text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (hexadecimal && text.bytes().any(|byte| byte != b'0')).then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "1-5759e988-bd862e3fe1be46a994272793";
    const PARENT: &str = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";

    #[test]
    fn both_spellings_name_the_same_trace() {
        let xray =
            Trace::xray(&format!("Root={ROOT};Parent=53995C3F42CD8AD8;Sampled=1;Lineage=1:a:0")).unwrap();
        assert_eq!((xray.root().as_str(), xray.traceparent().as_str()), (ROOT, PARENT));
        assert_eq!(Trace::w3c(PARENT), Some(xray.clone()));
        assert_eq!(Trace::xray(&xray.header()), Some(xray));
    }

    #[test]
    fn a_gateway_names_no_parent_and_samples_nothing() {
        let trace = Trace::xray(&format!("Self=1-0-0; Root={ROOT}")).unwrap();
        assert_eq!(trace.header(), format!("Root={ROOT};Sampled=0"));
        assert_eq!(trace.traceparent(), "00-5759e988bd862e3fe1be46a994272793-e1be46a994272793-00");
    }

    #[test]
    fn what_names_no_trace_is_none() {
        for text in ["", "Root=", "Root=1-5759e988", "Root=2-5759e988-bd862e3fe1be46a994272793", "Root=1-é-b"]
        {
            assert_eq!(Trace::xray(text), None, "{text}");
        }
        let zeros = format!("00-{}-53995c3f42cd8ad8-01", "0".repeat(32));
        for text in ["", "00", "00-a-b-01", &PARENT.replacen("00", "ff", 1), &PARENT[..52], &zeros] {
            assert_eq!(Trace::w3c(text), None, "{text}");
        }
    }

    #[test]
    fn of_a_request_xrays_own_counts_first() {
        let mut headers = HeaderMap::new();
        headers.insert(TRACEPARENT, PARENT.parse().unwrap());
        assert_eq!(Trace::of(&headers), Trace::w3c(PARENT));
        headers.insert(XRAY, format!("Root={ROOT}").parse().unwrap());
        assert_eq!(Trace::of(&headers), Trace::xray(&format!("Root={ROOT}")));
        headers.insert(XRAY, "?".parse().unwrap());
        assert_eq!(Trace::of(&headers), Trace::w3c(PARENT));
    }
}
