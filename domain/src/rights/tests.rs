//! Who may do what in A Lưới's tree.

use proptest::prelude::*;

use super::*;

const UNITS: [&str; 6] = [
    "TTH",
    "TTH-ALUOI",
    "AL-HONG-THUONG",
    "AL-A-NGO",
    "PHU-LOC",
    "PL-LOC-HAI",
];

fn tree() -> UnitTree {
    let parents = [
        ("TTH", None),
        ("TTH-ALUOI", Some("TTH")),
        ("AL-HONG-THUONG", Some("TTH-ALUOI")),
        ("AL-A-NGO", Some("TTH-ALUOI")),
        ("PHU-LOC", Some("TTH")),
        ("PL-LOC-HAI", Some("PHU-LOC")),
    ];
    UnitTree::new(parents.map(|(unit, above)| (Scope::new(unit), above.map(Scope::new))))
}

fn grant(role: Role, unit: &str) -> Vec<Grant> {
    vec![Grant {
        role,
        unit: Scope::new(unit),
    }]
}

fn write(role: Role, at: &str, kind: &str, field: &str) -> Result<(), Denied> {
    let key = RegisterKey::new("AL-HONG-THUONG", kind, "x", field);
    may_write(&grant(role, at), &tree(), &key, false)
}

fn write_owed(role: Role, at: &str, field: &str) -> Result<(), Denied> {
    let key = RegisterKey::new("AL-HONG-THUONG", "checklist_task", "B11", field);
    may_write(&grant(role, at), &tree(), &key, true)
}

#[test]
fn everybody_reads_the_own_unit_and_the_libraries_above() {
    let read = |role, at, scope| may_read(&grant(role, at), &tree(), &Scope::new(scope));
    for role in Role::ALL {
        assert!(read(role, "AL-A-NGO", "AL-A-NGO"));
        assert!(read(role, "AL-A-NGO", "TTH-ALUOI"));
        assert!(read(role, "AL-A-NGO", "TTH"));
        assert!(!read(role, "AL-A-NGO", "AL-HONG-THUONG"));
        assert!(!read(role, "TTH-ALUOI", "PHU-LOC"));
        assert_eq!(read(role, "TTH-ALUOI", "AL-A-NGO"), role.reaches_below());
    }
    assert!(!may_read(&[], &tree(), &Scope::new("TTH")));
    assert!(!read(Role::Administrator, "TTH-ALUOI", "NO-SUCH"));
    let scopes = readable(&grant(Role::SuperiorLead, "TTH-ALUOI"), &tree());
    let keys: Vec<&str> = scopes.iter().map(Scope::as_str).collect();
    assert_eq!(keys, ["AL-A-NGO", "AL-HONG-THUONG", "TTH", "TTH-ALUOI"]);
}

#[test]
fn each_office_writes_its_own() {
    use Denied::*;
    let unit = "AL-HONG-THUONG";
    for (kind, field, secretary, propaganda, lead) in [
        ("propaganda_task", "done", Ok(()), Ok(()), Err(UnitOnly)),
        ("propaganda_task", "quantity", Ok(()), Ok(()), Err(UnitOnly)),
        (
            "propaganda_task",
            "due",
            Ok(()),
            Err(OtherOffice),
            Err(UnitOnly),
        ),
        ("propaganda_task", "note", Ok(()), Ok(()), Ok(())),
        (
            "checklist_task",
            "done",
            Ok(()),
            Err(OtherOffice),
            Err(UnitOnly),
        ),
        ("checklist_task", "note", Ok(()), Ok(()), Ok(())),
        (
            "agenda_item",
            "minutes",
            Ok(()),
            Err(OtherOffice),
            Err(UnitOnly),
        ),
        ("paper", "state.1", Ok(()), Err(OtherOffice), Err(UnitOnly)),
        ("congress", "held", Ok(()), Err(OtherOffice), Err(UnitOnly)),
        (
            "congress",
            "opening",
            Err(SuperiorOnly),
            Err(SuperiorOnly),
            Ok(()),
        ),
        (
            "congress",
            "suspended",
            Err(SuperiorOnly),
            Err(SuperiorOnly),
            Ok(()),
        ),
        (
            "congress",
            "plan",
            Err(ServerOnly),
            Err(ServerOnly),
            Err(ServerOnly),
        ),
        (
            "checklist_task",
            "plan",
            Err(ServerOnly),
            Err(ServerOnly),
            Err(ServerOnly),
        ),
        (
            "person",
            "plan",
            Err(ServerOnly),
            Err(ServerOnly),
            Err(ServerOnly),
        ),
        (
            "unit",
            "anything",
            Err(ServerOnly),
            Err(ServerOnly),
            Err(ServerOnly),
        ),
    ] {
        assert_eq!(
            write(Role::Secretary, unit, kind, field),
            secretary,
            "{kind}.{field}"
        );
        assert_eq!(
            write(Role::Propaganda, unit, kind, field),
            propaganda,
            "{kind}.{field}"
        );
        assert_eq!(
            write(Role::SuperiorLead, "TTH-ALUOI", kind, field),
            lead,
            "{kind}.{field}"
        );
        assert!(write(Role::Viewer, unit, kind, field).is_err());
        assert!(write(Role::Administrator, "TTH-ALUOI", kind, field).is_err());
        assert_eq!(
            write(Role::Secretary, "AL-A-NGO", kind, field),
            Err(OtherUnit)
        );
        assert_eq!(
            write(Role::SuperiorLead, "PHU-LOC", kind, field),
            Err(OtherUnit)
        );
    }
}

#[test]
fn the_superior_decides_what_it_owes_and_the_unit_records_what_came() {
    use Denied::*;
    let unit = "AL-HONG-THUONG";
    for field in ["done", "not_applicable", "step.1", "due"] {
        assert_eq!(
            write_owed(Role::Secretary, unit, field),
            Err(SuperiorOnly),
            "{field}"
        );
        assert_eq!(
            write_owed(Role::SuperiorLead, "TTH-ALUOI", field),
            Ok(()),
            "{field}"
        );
    }
    for field in ["number", "date", "note"] {
        assert_eq!(write_owed(Role::Secretary, unit, field), Ok(()), "{field}");
    }
    assert_eq!(
        write_owed(Role::Propaganda, unit, "done"),
        Err(SuperiorOnly)
    );
}

#[test]
fn the_closest_refusal_is_told() {
    let key = RegisterKey::new("AL-HONG-THUONG", "checklist_task", "B01", "done");
    let grants = [
        grant(Role::Viewer, "AL-HONG-THUONG"),
        grant(Role::Secretary, "AL-A-NGO"),
    ]
    .concat();
    assert_eq!(
        may_write(&grants, &tree(), &key, false),
        Err(Denied::ReadOnly)
    );
    assert_eq!(may_write(&[], &tree(), &key, false), Err(Denied::OtherUnit));
}

#[test]
fn roles_have_identifiers() {
    for role in Role::ALL {
        assert_eq!(Role::parse(role.identifier()), Some(role));
    }
    assert_eq!(Role::parse("presidium_member"), None);
}

#[test]
fn a_loop_in_the_tree_ends() {
    let scope = |it: &str| Scope::new(it);
    let looped = UnitTree::new([
        (scope("a"), Some(scope("b"))),
        (scope("b"), Some(scope("c"))),
        (scope("c"), Some(scope("b"))),
    ]);
    assert!(looped.is_within(&scope("a"), &scope("c")));
    assert!(!looped.is_within(&scope("a"), &scope("d")));
    assert!(looped.ancestors(&scope("b")).count() <= 3);
    assert_eq!(
        looped.children(&scope("b")).collect::<Vec<_>>(),
        [&scope("a"), &scope("c")]
    );
}

fn grants() -> impl Strategy<Value = Vec<Grant>> {
    let grant = (
        proptest::sample::select(&Role::ALL[..]),
        proptest::sample::select(&UNITS[..]),
    );
    let grants = proptest::collection::vec(grant, 0..4);
    grants.prop_map(|it| {
        it.into_iter()
            .map(|(role, unit)| Grant {
                role,
                unit: Scope::new(unit),
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn rights_are_monotone(
        some in grants(),
        more in grants(),
        unit in proptest::sample::select(&UNITS[..]),
        kind in proptest::sample::select(&["checklist_task", "propaganda_task", "congress", "paper", "unit"][..]),
        field in proptest::sample::select(&["done", "note", "due", "opening", "held", "plan", "number"][..]),
        owed in any::<bool>(),
    ) {
        let key = RegisterKey::new(unit, kind, "x", field);
        let all = [some.clone(), more].concat();
        if may_write(&some, &tree(), &key, owed).is_ok() {
            prop_assert!(may_write(&all, &tree(), &key, owed).is_ok());
        }
        if may_read(&some, &tree(), &key.scope) {
            prop_assert!(may_read(&all, &tree(), &key.scope));
        }
        if may_write(&all, &tree(), &key, owed).is_ok() {
            prop_assert!(may_read(&all, &tree(), &key.scope), "nobody writes what they cannot read");
        }
        prop_assert!(field != "plan" || may_write(&all, &tree(), &key, owed).is_err());
    }
}
