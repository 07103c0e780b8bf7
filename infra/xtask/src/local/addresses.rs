//! The addresses of APIs: host names in AWS, paths on the emulator's port here.

use serde_json::Value;

const HOST_OF_API: &str = ".execute-api.${AWS::Region}.${AWS::URLSuffix}";

/// `https://${Api}.execute-api…` becomes a path on the emulator's port, in every text of the template.
pub(super) fn localize_addresses(value: &mut Value, authority: &str) -> usize {
    match value {
        Value::String(text) => {
            let (local, count) = localize_text(text, authority);
            *text = local;
            count
        }
        Value::Array(items) => items.iter_mut().map(|item| localize_addresses(item, authority)).sum(),
        Value::Object(entries) => entries.values_mut().map(|item| localize_addresses(item, authority)).sum(),
        _ => 0,
    }
}

fn localize_text(text: &str, authority: &str) -> (String, usize) {
    let mut local = text.to_owned();
    let mut count = 0;
    for (scheme, local_scheme) in [("https://${", "http"), ("wss://${", "ws")] {
        let mut searched = 0;
        while let Some(start) = local[searched..].find(scheme).map(|found| found + searched) {
            searched = start + scheme.len();
            let Some(end) = local[searched..].find('}').map(|found| found + searched) else { break };
            if local[end + 1..].starts_with(HOST_OF_API) {
                let path = format!("{local_scheme}://{authority}/_aws/execute-api/{}", &local[searched - 2..=end]);
                local.replace_range(start..end + 1 + HOST_OF_API.len(), &path);
                searched = start + path.len();
                count += 1;
            }
        }
    }
    (local, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn api_addresses_become_local_paths() {
        let suffix = ".execute-api.${AWS::Region}.${AWS::URLSuffix}";
        let cases = [
            (format!("https://${{HttpApi}}{suffix}/v1"), "http://127.0.0.1:4566/_aws/execute-api/${HttpApi}/v1"),
            (format!("wss://${{WebSocketApi}}{suffix}/v1"), "ws://127.0.0.1:4566/_aws/execute-api/${WebSocketApi}/v1"),
            ("https://${AppHost}/x".to_owned(), "https://${AppHost}/x"),
        ];
        for (remote, local) in cases {
            assert_eq!(localize_text(&remote, "127.0.0.1:4566").0, local);
        }
    }
}
