//! What a program is told, and that it does what it is told: the real `pg_dump` at a server that speaks no TLS.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use super::*;

const OF_RDS: &str = "horario.cabc123.sa-east-1.rds.amazonaws.com";

#[test]
fn a_password_in_an_address_is_taken_as_it_is() {
    for (written, meant) in
        [("senha", "senha"), ("a%40b%2F", "a@b/"), ("50%", "50%"), ("%zz", "%zz"), ("", "")]
    {
        assert_eq!(decoded(written), meant);
    }
}

fn told(url: &str, roots: Option<&Roots>) -> String {
    let mut address = url.parse().unwrap();
    surely(&mut address, roots);
    address.into()
}

#[test]
fn an_address_keeps_what_libpq_understands() {
    for (query, kept) in [
        ("", ""),
        ("?sslmode=require&statement-cache-capacity=1", "?sslmode=require"),
        ("?application_name=a%20b", "?application_name=a%20b"),
    ] {
        let url = |query: &str| format!("postgres://hi@127.0.0.1:5432/hi{query}");
        assert_eq!(told(&url(query), None), url(kept));
    }
}

#[test]
fn who_has_to_be_vouched_for_is_whatever_the_url_says() {
    let roots = Roots::write(b"raizes").unwrap();
    let path = roots.file().display().to_string().replace('/', "%2F");
    for query in ["", "?sslmode=disable", "?sslrootcert=minhas.pem&sslmode=require"] {
        let address = told(&format!("postgres://hi@{OF_RDS}/hi{query}"), Some(&roots));
        assert_eq!(address, format!("postgres://hi@{OF_RDS}/hi?sslmode=verify-full&sslrootcert={path}"));
    }
}

#[test]
fn the_roots_are_there_as_long_as_they_are_kept_and_nobody_else_can_change_them() {
    let roots = Roots::write(b"raizes").unwrap();
    let folder = roots.0.clone();
    assert_eq!(std::fs::read(roots.file()).unwrap(), b"raizes");
    assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    drop(roots);
    assert!(!folder.exists());
}

/// A shell in a program's place; it is given the file and the address as the program is.
fn shell() -> Programa {
    Programa { name: "sh", place: PathBuf::from("/bin/sh") }
}

#[tokio::test]
async fn a_program_finds_the_roots_of_rds_and_of_nobody_else() {
    let kept = Roots::write(b"").unwrap();
    let script =
        r#"raizes=$(printf %s "$2" | sed -n 's,%2F,/,g; s,.*sslrootcert=,,p'); cat $raizes /dev/null > "$0""#;
    for (host, found) in [(OF_RDS, true), ("127.0.0.1", false), ("banco.interno", false)] {
        let url = SecretString::from(format!("postgres://hi:senha@{host}/hi?sslmode=require"));
        shell().run(&url, &["-c", script], &kept.file(), "--dbname").await.unwrap();
        let expected = address::roots(&url).unwrap().unwrap_or_default();
        assert_eq!(std::fs::read(kept.file()).unwrap(), expected, "{host}");
        assert_eq!(!expected.is_empty(), found, "{host}");
    }
}

/// What `pg_dump` says first to the server of a host, and what it makes of the answer that there is no TLS. No name is looked up.
async fn met(host: &str, query: &str) -> (Vec<u8>, String) {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let heard = std::thread::spawn(move || {
        let (mut guest, _) = server.accept().unwrap();
        let mut first = vec![0; 8];
        std::io::Read::read_exact(&mut guest, &mut first).unwrap();
        std::io::Write::write_all(&mut guest, b"N").unwrap();
        first
    });
    let pg_dump = Programa::find("pg_dump").unwrap().place.display().to_string();
    let script = r#"LC_ALL=C PGHOSTADDR=127.0.0.1 exec "$0" "$@""#;
    let arguments = ["-c", script, &pg_dump, "--format=custom", "--no-password", "--file"];
    let url = SecretString::from(format!("postgres://hi@{host}:{port}/hi{query}"));
    let said = shell().run(&url, &arguments, Path::new("/dev/null"), "--dbname").await.unwrap_err();
    (heard.join().unwrap(), said.to_string())
}

#[tokio::test]
async fn pg_dump_tells_a_server_of_rds_nothing_without_tls() {
    // What asks for TLS is a message of its own: its length, and a number that is no version.
    let asks_for_tls = [0, 0, 0, 8, 4, 210, 22, 47];
    for query in ["", "?sslmode=disable", "?sslmode=prefer"] {
        let (first, said) = met(OF_RDS, query).await;
        assert_eq!(first, asks_for_tls, "{query}");
        assert!(said.contains("server does not support SSL, but SSL was required"), "{said}");
    }
    let (first, _) = met("127.0.0.1", "?sslmode=disable").await;
    assert_ne!(first, asks_for_tls);
}
