//! Accounts, sessions and devices.

use super::*;

fn new_user(name: &str) -> NewUser {
    NewUser {
        name: AuthorId::new(name),
        display_name: "Nguyễn Văn An".into(),
        password_hash: "$argon2id$…".into(),
        grants: vec![
            StoredGrant {
                role: "viewer".into(),
                unit: Scope::new("U2"),
                until_ms: None,
            },
            StoredGrant {
                role: "unit_secretary".into(),
                unit: scope(),
                until_ms: None,
            },
        ],
    }
}

pub async fn accounts_sessions_and_contacts<F: Fixture>() {
    let fixture = F::new();
    let storage = fixture.open().await;
    let an = AuthorId::new("an");
    assert!(!storage.has_users().await.unwrap());
    storage.add_users(vec![new_user("an")], 1).await.unwrap();
    assert!(storage.has_users().await.unwrap());
    let overlap = vec![new_user("binh"), new_user("an")];
    assert_eq!(
        storage.add_users(overlap, 2).await,
        Err(StorageError::Conflict)
    );
    let user = storage.user(&an).await.unwrap().unwrap();
    assert_eq!(user.display_name, "Nguyễn Văn An");
    assert_eq!(user.grants.len(), 2);
    assert_eq!(user.grants[0].unit, scope());
    assert_eq!(storage.user(&AuthorId::new("binh")).await.unwrap(), None);

    let token = [7; 32];
    storage.open_session(token, &an, 100, 200).await.unwrap();
    assert_eq!(
        storage.session(token, 199).await.unwrap().unwrap().user,
        user
    );
    assert_eq!(storage.session(token, 200).await.unwrap(), None);
    storage.extend_session(token, 300).await.unwrap();
    storage.extend_session(token, 250).await.unwrap();
    assert_eq!(
        storage
            .session(token, 299)
            .await
            .unwrap()
            .unwrap()
            .expires_ms,
        300
    );
    assert_eq!(
        storage.extend_session([8; 32], 300).await,
        Err(StorageError::Missing)
    );
    storage.purge_sessions(299).await.unwrap();
    assert!(storage.session(token, 299).await.unwrap().is_some());
    storage.close_session(token).await.unwrap();
    storage.close_session(token).await.unwrap();
    assert_eq!(storage.session(token, 100).await.unwrap(), None);

    let contact = Contact {
        device: DeviceId::new("d9"),
        incarnation: Incarnation::new("i1"),
        born_of: None,
        user: an.clone(),
        at_ms: 5_000,
        unsent: 3,
        clock_skew_ms: -70,
        app: "build".into(),
    };
    storage.note_contact(contact.clone());
    // The push goes through the same queue: once it is answered the contact is written.
    push(&*storage, "d1", vec![tick("d1", 1, "a", true)]).await;
    let known = storage
        .device(&contact.device, &contact.incarnation)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((known.high, known.contact), (None, contact));
    let pushed = storage
        .device(&DeviceId::new("d1"), &Incarnation::new("i1"))
        .await
        .unwrap();
    assert_eq!(pushed.unwrap().contact.clock_skew_ms, -1_000);
    let contacts = storage.contacts().await.unwrap();
    assert_eq!(contacts.len(), 2);
    assert_eq!(contacts[0].unit, scope());
    assert_eq!(
        (
            contacts[0].last_contact_ms,
            contacts[0].unsent,
            contacts[0].devices
        ),
        (10_000, 3, 2)
    );
}
