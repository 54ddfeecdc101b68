use super::*;

const NAME: &str = "evolution.hi.interno";

fn at(day: &str) -> Timestamp {
    format!("{day}T12:00:00Z").parse().unwrap()
}

fn first() -> Proof {
    Proof::renewed(None, NAME, at("2027-01-05")).unwrap()
}

#[test]
fn an_authority_vouches_for_its_name_and_for_no_other() {
    let proof = first();
    let now = at("2027-01-05");
    proof.holds(NAME, now).unwrap();
    for other in ["outra.hi.interno", "hi.interno", "api.whatsapp.com", "10.20.128.7", "::1"] {
        assert!(proof.holds(other, now).is_err(), "{other}");
        // Not even with a certificate for it: whoever stole the key impersonates nobody else.
        let strange = proof.issued(other, now).unwrap();
        let told = strange.holds(other, now).unwrap_err().to_string();
        assert!(told.contains("NameConstraintViolation"), "{other}: {told}");
    }
}

#[test]
fn a_certificate_is_good_for_three_years_whatever_is_forgotten() {
    let proof = first();
    for (day, good) in [
        ("2027-01-03", false),
        ("2027-01-04", true),
        ("2029-07-05", true),
        ("2030-01-04", true),
        ("2030-01-06", false),
    ] {
        assert_eq!(proof.holds(NAME, at(day)).is_ok(), good, "{day}");
    }
}

#[test]
fn the_authority_stays_until_it_would_end_before_what_it_vouches_for() {
    let mut proof = first();
    for (day, same) in
        [("2027-07-05", true), ("2033-07-05", true), ("2034-01-05", true), ("2034-07-05", false)]
    {
        let next = Proof::renewed(Some(proof.clone()), NAME, at(day)).unwrap();
        next.holds(NAME, at(day)).unwrap();
        assert_ne!(next.chain, proof.chain);
        assert_eq!(next.authority == proof.authority, same, "{day}");
        proof = next;
    }
    let old = first();
    let new = Proof::renewed(Some(old.clone()), "evolution.outra.interno", at("2027-01-05")).unwrap();
    assert_eq!(new.authorities(), format!("{}{}", new.authority, old.authority), "both are believed");
    let next = Proof::renewed(Some(new.clone()), "evolution.outra.interno", at("2027-07-05")).unwrap();
    assert_eq!(next.authorities(), new.authorities());
}

#[test]
fn a_key_of_another_and_a_certificate_of_another_are_seen() {
    let (one, other) = (first(), first());
    let now = at("2027-01-05");
    assert!(Proof { key: other.key.clone(), ..one.clone() }.holds(NAME, now).is_err());
    let strange = Proof { chain: other.chain.clone(), key: other.key.clone(), ..one.clone() };
    assert!(strange.holds(NAME, now).is_err());
    // An authority whose key is lost or another's is replaced, not trusted.
    for key in [other.authority_key.clone(), "none".to_owned()] {
        let spoilt = Proof { authority_key: key, ..one.clone() };
        let next = Proof::renewed(Some(spoilt), NAME, now).unwrap();
        next.holds(NAME, now).unwrap();
        assert_ne!(next.authority, one.authority);
    }
}

#[test]
fn what_is_kept_is_read_again_and_what_the_template_made_is_nothing() {
    let proof = first();
    let again = Proof::read(&proof.written().unwrap()).unwrap();
    again.holds(NAME, at("2027-01-05")).unwrap();
    for nothing in ["", "none yet", r#"{"key":"none yet","chain":"none yet"}"#] {
        assert!(Proof::read(&SecretString::from(nothing)).is_none(), "{nothing}");
    }
}
