//! How Evolution begins, as the template writes it, run: its image's own two steps are stood in for by scripts that tell what they were given.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::document::{said, written};

/// A folder that is gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("hi-begins-{}-{name}", std::process::id()));
        std::fs::create_dir_all(folder.join("Docker/scripts")).unwrap();
        std::fs::create_dir_all(folder.join("bin")).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn script(path: &Path, text: &str) {
    std::fs::write(path, format!("#!/bin/bash\n{text}\n")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Begins with a key and a certificate.
#[expect(clippy::disallowed_methods, reason = "bash and node are where this machine has them")]
fn begin(folder: &Folder, key: &str, chain: &str) -> Output {
    let Folder(folder) = folder;
    let container = &written()["Resources"]["EvolutionTask"]["Properties"]["ContainerDefinitions"][1];
    script(&folder.join("Docker/scripts/deploy_database.sh"), "echo migrated");
    script(&folder.join("bin/npm"), r#"echo "$* with <$TLS_KEY$TLS_CHAIN$RDS_ROOTS>""#);
    let path = std::env::var("PATH").unwrap();
    // What the task has below /tmp is below the folder.
    let begins = said(&container["Command"][0]).replace("/tmp/", &format!("{}/", folder.display()));
    let mut bash = Command::new("/bin/bash");
    bash.arg("-c").arg(begins).current_dir(folder).env("PATH", format!("{}/bin:{path}", folder.display()));
    bash.env("SSL_CONF_PRIVKEY", folder.join("tls.key")).env("SSL_CONF_FULLCHAIN", folder.join("tls.pem"));
    bash.env("TLS_KEY", key).env("TLS_CHAIN", chain).env("RDS_ROOTS", "roots\n").output().unwrap()
}

#[test]
fn evolution_begins_with_files_only_it_reads_and_forgets_the_key() {
    let folder = Folder::new("well");
    let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (key, chain) = (pair.signing_key.serialize_pem(), pair.cert.pem());
    let began = begin(&folder, &key, &chain);
    assert!(began.status.success(), "{began:?}");
    assert_eq!(String::from_utf8(began.stdout).unwrap(), "migrated\nrun start:prod with <>\n");
    for (name, holds) in [("tls.key", key.as_str()), ("tls.pem", &chain), ("rds.pem", "roots\n")] {
        let file = folder.0.join(name);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), holds);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn evolution_does_not_begin_without_a_certificate_it_can_use() {
    let folder = Folder::new("ill");
    let [one, other] = [0, 1].map(|_| rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap());
    let nothing: serde_json::Value =
        serde_json::from_str(&said(&written()["Resources"]["EvolutionTls"]["Properties"]["SecretString"]))
            .unwrap();
    let (key, chain) = (one.signing_key.serialize_pem(), one.cert.pem());
    for (key, chain) in [
        (said(&nothing["key"]), said(&nothing["chain"])),
        (key.clone(), String::new()),
        (String::new(), chain),
        (key, other.cert.pem()),
    ] {
        let began = begin(&folder, &key, &chain);
        assert_eq!(began.status.code(), Some(1), "{began:?}");
        assert!(began.stdout.is_empty(), "{began:?}");
        let told = String::from_utf8(began.stderr).unwrap();
        assert_eq!(told, "no certificate to serve HTTPS with: has EvolutionTls been rotated?\n");
    }
}
