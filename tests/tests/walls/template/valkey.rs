//! Who may do what in Valkey: the users of `template.yaml`, each made in a real Redis with the access string that stands there. The functions' code does
//! all it does there as theirs, Evolution's commands go as Evolution's; neither needs less than it may, and neither reaches what is the other's.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use redis::{Commands, Connection, FromRedisValue, RedisResult, Script};
use serde_json::{Value, json};
use shared::auth::limit::{Attempt, LoginLimit, Trying};
use shared::auth::rate::{Limited, Rate};
use shared::cache::{Cache, Key};
use shared::domain::telefone::Telefone;
use shared::parts::HttpParts;
use shared::secrecy::SecretString;
use shared::testing::{Request, TestApp};

use super::super::crowd::Limits;
use super::super::manifests::{sources, top};
use super::document::written;
use super::edges::Complaints;
use super::ways::Way;

const OF_FUNCTIONS: &str = "on ~conversation:* ~tenant:* ~limite:* -@all +ping +get +set +setex +del +exists +expire +ttl +incr +incrby +decr \
                            +hget +hset +hincrby +evalsha +script|load";
const OF_EVOLUTION: &str = "on ~evolution:* -@all +ping +get +setex +del +exists +hget +hset +hdel";
const OF_NOBODY: &str = "off -@all";

/// What is wrong with who may come, one way of deploying.
pub(super) fn wrong(made: &Value, way: &Way) -> Vec<String> {
    let mut complaints = Complaints::default();
    let mut members = Vec::new();
    for (resource, id, name, access, password, there) in [
        ("CacheNobody", "nobody", "default", OF_NOBODY, "CacheNobodyPassword", true),
        ("CacheFunctions", "functions", "functions", OF_FUNCTIONS, "CachePassword", true),
        (
            "CacheEvolution",
            "evolution",
            "evolution",
            OF_EVOLUTION,
            "EvolutionCachePassword",
            way.own_evolution(),
        ),
    ] {
        let expected = json!({ "Type": "AWS::ElastiCache::User", "Properties": {
            "Engine": "valkey", "UserId": { "Fn::Sub": format!("${{AWS::StackName}}-{id}") }, "UserName": name, "AccessString": access,
            "Passwords": [{ "Fn::Sub": format!("{{{{resolve:secretsmanager:${{{password}}}}}}}") }],
        } });
        members.extend(there.then(|| json!({ "Ref": resource })));
        complaints.same(resource, &made["Resources"][resource], &if there { expected } else { Value::Null });
    }
    let group = json!({ "Type": "AWS::ElastiCache::UserGroup", "Properties": {
        "Engine": "valkey", "UserGroupId": { "Fn::Sub": "${AWS::StackName}-users" }, "UserIds": members,
    } });
    complaints.same("CacheUsers", &made["Resources"]["CacheUsers"], &group);
    complaints.0
}

/// The access string of a user, as the template has it.
fn access(user: &str) -> String {
    written()["Resources"][user]["Properties"]["AccessString"].as_str().unwrap().to_owned()
}

/// Whoever the run's own Redis asks nothing of.
fn owner() -> Connection {
    redis::Client::open(TestApp::redis_url()).unwrap().get_connection().unwrap()
}

/// A user of the run's Redis, as long as this is kept; its password is its name.
struct User(String);

impl User {
    fn new(name: &str, access: &str) -> Self {
        let mut made = redis::cmd("ACL");
        made.arg("SETUSER").arg(name).arg("reset").arg(format!(">{name}"));
        made.arg(access.split(' ').collect::<Vec<_>>()).query::<()>(&mut owner()).unwrap();
        Self(name.to_owned())
    }

    fn url(&self) -> String {
        TestApp::redis_url().replace("redis://", &format!("redis://{0}:{0}@", self.0))
    }

    fn connection(&self) -> RedisResult<Connection> {
        redis::Client::open(self.url())?.get_connection()
    }

    /// What it was refused, commands and keys.
    fn refused(&self) -> BTreeSet<String> {
        let log: Vec<HashMap<String, redis::Value>> =
            redis::cmd("ACL").arg("LOG").arg(1000).query(&mut owner()).unwrap();
        let text = |entry: &HashMap<String, redis::Value>, name: &str| {
            String::from_redis_value(entry[name].clone()).unwrap()
        };
        let own = log.iter().filter(|entry| text(entry, "username") == self.0);
        own.map(|entry| text(entry, "object")).collect()
    }

    /// Whether it is told that it may not. First it is asked of the server whether it would be: what empties a Redis is not found out by emptying it.
    fn may_not(&self, command: &str) -> bool {
        let words: Vec<&str> = command.split(' ').collect();
        let mut dry = redis::cmd("ACL");
        let dry: String = dry.arg("DRYRUN").arg(&self.0).arg(&words).query(&mut owner()).unwrap();
        let refusal = |error: redis::RedisError| error.code() == Some("NOPERM");
        dry != "OK"
            && redis::cmd(words[0])
                .arg(&words[1..])
                .query::<redis::Value>(&mut self.connection().unwrap())
                .is_err_and(refusal)
    }
}

impl Drop for User {
    fn drop(&mut self) {
        let gone = redis::cmd("ACL").arg("DELUSER").arg(&self.0).query::<i64>(&mut owner());
        assert!(std::thread::panicking() || gone == Ok(1), "{gone:?}");
    }
}

/// Whether all that the functions do in Redis succeeds as this user: contexts, clinics, every limit, health.
async fn works(user: &User, app: &TestApp) -> bool {
    let cache = Cache::lazy(&SecretString::from(user.url())).unwrap();
    let clinic = Some(app.clinic.id);
    let phone = Telefone::parse("11999990000").unwrap();
    let mut whole = true;
    for key in [
        Key::conversation(app.clinic.id, &phone),
        Key::conversation_of_lid(app.clinic.id, &user.0),
        Key::tenant(&user.0),
    ] {
        whole &= cache.put(&key, "valor", Duration::from_mins(1)).await;
        whole &= cache.get(&key).await.as_deref() == Some("valor");
        whole &= cache.forget(&key).await;
    }
    // As many as a process would not allow by itself, and what one learns another knows.
    let attempt = Attempt { cliente: clinic, trying: Trying::Login, login: &user.0, source: &user.0 };
    let limit = || LoginLimit::new(cache.clone(), app.clock.clone(), Limits::none());
    let one = limit();
    for _ in 0..5 {
        whole &= one.count(attempt).await.is_ok();
    }
    one.succeeded(attempt).await;
    whole &= limit().knows(attempt).await;
    let rate = Rate::new(cache.clone(), app.clock.clone());
    let few = Limited { name: "prova", most: 4, window: 60 };
    for _ in 0..4 {
        whole &= rate.count(clinic, few, &user.0).await.is_ok();
    }
    whole &= rate.count(clinic, few, &user.0).await.is_err();
    let limits = Limits { user: 20, clinic: 20, network: 20 };
    let parts = HttpParts { cache, ..app.parts.clone() }.with_request_limits(limits);
    let router = scheduling::router(parts);
    for _ in 0..20 {
        let asked = Request::new("GET", &app.clinic.host(), "/api/saude/scheduling");
        whole &= asked.from_address(&Request::address_at(&user.0)).send(&router).await.status == 200;
    }
    // One the server has not heard of yet.
    let script = Script::new(&format!("return '{}'", user.0));
    whole & user.connection().and_then(|mut redis| script.invoke::<String>(&mut redis)).is_ok()
}

/// Whether all that `RedisCache` of Evolution 2.3.7 does succeeds as this user; listing keys aside, which it does for what is not used here.
fn works_for_evolution(user: &User) -> bool {
    let key = format!("evolution:instance:{}", user.0);
    let all = || -> RedisResult<bool> {
        let mut redis = user.connection()?;
        redis::cmd("PING").query::<()>(&mut redis)?;
        redis.set_ex::<_, _, ()>(&key, "valor", 60)?;
        let found = redis.exists::<_, bool>(&key)? && redis.get::<_, String>(&key)? == "valor";
        redis.del::<_, ()>(&key)?;
        redis.hset::<_, _, _, ()>(&key, "sessao", "chave")?;
        let kept = redis.hget::<_, _, String>(&key, "sessao")? == "chave";
        redis.hdel::<_, _, ()>(&key, "sessao")?;
        Ok(found && kept)
    };
    all().unwrap_or(false)
}

/// A user's string without each key and each command in turn.
fn less(access: &str) -> Vec<(String, String)> {
    let words: Vec<&str> = access.split(' ').collect();
    let given = words.iter().filter(|word| word.starts_with(['~', '+']));
    given
        .map(|one| {
            let rest: Vec<&str> = words.iter().copied().filter(|word| word != one).collect();
            ((*one).to_owned(), rest.join(" "))
        })
        .collect()
}

#[tokio::test]
async fn the_functions_may_do_in_valkey_what_they_do_and_nothing_else() {
    let (app, access) = (TestApp::new().await, access("CacheFunctions"));
    let name = |at: usize| format!("functions-{}-{at}", app.clinic.subdomain);
    let user = User::new(&name(0), &access);
    assert!(works(&user, &app).await);
    assert_eq!(user.refused(), BTreeSet::new());
    for (at, (word, rest)) in less(&access).into_iter().enumerate() {
        // What a limit is refused it counts in the process for a while: only the server tells.
        let poorer = User::new(&name(at + 1), &rest);
        works(&poorer, &app).await;
        assert_ne!(poorer.refused(), BTreeSet::new(), "{word} is needed by nothing");
    }
}

#[test]
fn evolution_may_do_in_valkey_what_it_does_and_nothing_else() {
    let access = access("CacheEvolution");
    let user = User::new("evolution-0", &access);
    assert!(works_for_evolution(&user));
    assert_eq!(user.refused(), BTreeSet::new());
    for (at, (word, rest)) in less(&access).into_iter().enumerate() {
        let poorer = User::new(&format!("evolution-{}", at + 1), &rest);
        assert!(!works_for_evolution(&poorer), "{word} is needed by nothing");
    }
}

#[test]
fn neither_reaches_what_is_the_others_or_rules_the_server() {
    let dangerous = "FLUSHALL,FLUSHDB,KEYS *,SCAN 0,RANDOMKEY,DBSIZE,CONFIG GET *,CONFIG SET maxmemory 1,INFO,MONITOR,SAVE,SHUTDOWN NOSAVE,ACL LIST,\
                     CLIENT LIST,CLIENT TRACKING ON BCAST,SCRIPT FLUSH,REPLICAOF NO ONE,PUBLISH a b";
    let of_functions = ["conversation:cliente_1:5511999990000", "tenant:prosaude", "limite:login:quem"];
    for (name, user, others) in [
        ("functions-walls", "CacheFunctions", &["evolution:instance:a", "evolution", "outro:a"][..]),
        ("evolution-walls", "CacheEvolution", &of_functions[..]),
    ] {
        let user = User::new(name, &access(user));
        for command in dangerous.split(',') {
            assert!(user.may_not(command), "{name}: {command}");
        }
        for key in others {
            for command in [
                format!("GET {key}"),
                format!("SETEX {key} 60 a"),
                format!("DEL {key}"),
                format!("HGET {key} a"),
            ] {
                assert!(user.may_not(&command), "{name}: {command}");
            }
        }
    }
}

/// A script that is new here is a command that is new there.
#[test]
fn every_command_of_every_script_is_one_the_functions_may() {
    let access = access("CacheFunctions");
    let mut commands = BTreeSet::new();
    for file in sources(&top().join("shared/src")) {
        let text = std::fs::read_to_string(file).unwrap();
        let called = text.split("redis.call('").skip(1).filter_map(|rest| rest.split_once('\''));
        commands.extend(called.map(|(command, _)| format!("+{command}")));
    }
    assert!(commands.len() > 5);
    let granted: BTreeSet<String> = access.split(' ').map(str::to_owned).collect();
    assert_eq!(commands.difference(&granted).collect::<Vec<_>>(), [""; 0]);
}

/// A script is asked what it does, not only what keys it is told of.
#[test]
fn no_script_reaches_what_is_evolutions() {
    let user = User::new("functions-script", &access("CacheFunctions"));
    for body in [
        "return redis.call('get', 'evolution:a')",
        "return redis.call('keys', '*')",
        "return redis.call('flushall')",
    ] {
        let answer = Script::new(body).invoke::<redis::Value>(&mut user.connection().unwrap());
        assert!(answer.is_err(), "{body}");
    }
    assert_eq!(user.refused(), ["evolution:a", "flushall", "keys"].map(str::to_owned).into());
}

#[test]
fn nobody_comes_without_a_name() {
    let user = User::new("nobody", &access("CacheNobody"));
    assert!(user.connection().is_err());
}
