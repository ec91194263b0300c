//! What headers of other systems and languages mean.

use super::columns::Role;
use crate::domain::letters::without_accent;

/// Headers by the role they have, the clearest first: of two columns that could have a role, the clearer one has it.
const SYNONYMS: [(Role, &[&str]); 5] = [
    (
        Role::AccountNumber,
        &[
            "accountnumber",
            "accountno",
            "account",
            "accountid",
            "customernumber",
            "customerno",
            "customerid",
            "clientnumber",
            "clientid",
            "numerodecompte",
            "numerocompte",
            "compte",
            "numeroclient",
            "kundennummer",
            "numerodecliente",
            "numerocliente",
        ],
    ),
    (Role::FirstName, &["firstname", "givenname", "forename", "prenom", "vorname", "nombre", "nome"]),
    (
        Role::LastName,
        &[
            "lastname",
            "surname",
            "familyname",
            "nomdefamille",
            "nom",
            "nachname",
            "apellidos",
            "apellido",
            "cognome",
            "fullname",
            "customername",
            "contactname",
            "name",
        ],
    ),
    (Role::TimeZone, &["timezone", "tz", "fuseauhoraire", "zeitzone", "zonahoraria", "fusoorario"]),
    (Role::DialTime, &["dialtime", "dialafter", "callafter", "notbefore"]),
];

/// Headers of numbers; a count may follow (`Phone2`).
const NUMBERS: &[&str] = &[
    "phone",
    "phonenumber",
    "telephone",
    "telephonenumber",
    "tel",
    "mobile",
    "mobilephone",
    "mobilenumber",
    "cell",
    "cellphone",
    "homephone",
    "workphone",
    "businessphone",
    "officephone",
    "otherphone",
    "primaryphone",
    "secondaryphone",
    "alternatephone",
    "dayphone",
    "eveningphone",
    "numerodetelephone",
    "numerotelephone",
    "telephonemobile",
    "telmobile",
    "telephonefixe",
    "telfixe",
    "portable",
    "fixe",
    "telefono",
    "telefon",
    "telefonnummer",
    "handy",
    "mobil",
    "movil",
    "celular",
    "telefone",
    "cellulare",
    "msisdn",
];

/// Headers that may mean a number, if no column says so more clearly.
const PERHAPS_NUMBERS: &[&str] = &["numero", "number", "nummer", "contact"];

/// A header without case, accents, spaces and signs.
pub(super) fn plain(header: &str) -> String {
    header.to_lowercase().chars().filter(|c| c.is_alphanumeric()).map(without_accent).collect()
}

/// Does a header without case and signs say that its column holds numbers?
pub(super) fn is_number(plain: &str) -> bool {
    NUMBERS.contains(&plain.trim_end_matches(|c: char| c.is_ascii_digit()))
}

/// The role that a header has, and how clearly it says so: 0 is clearest.
pub(super) fn role_of(header: &str) -> Option<(Role, usize)> {
    let plain = plain(header);
    for (role, words) in SYNONYMS {
        if let Some(rank) = words.iter().position(|word| *word == plain) {
            return Some((role, rank));
        }
    }
    if is_number(&plain) {
        return Some((Role::Phone, 0));
    }
    let word = plain.trim_end_matches(|c: char| c.is_ascii_digit());
    PERHAPS_NUMBERS.contains(&word).then_some((Role::Phone, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_many_offices_are_known() {
        for (header, role) in [
            ("Account Number", Some(Role::AccountNumber)),
            (" first_name ", Some(Role::FirstName)),
            ("LastName", Some(Role::LastName)),
            ("Phone1", Some(Role::Phone)),
            ("PHONE 10", Some(Role::Phone)),
            ("Téléphone mobile", Some(Role::Phone)),
            ("Te\u{301}le\u{301}phone", Some(Role::Phone)),
            ("Numéro", Some(Role::Phone)),
            ("Prénom", Some(Role::FirstName)),
            ("NOM", Some(Role::LastName)),
            ("Compte", Some(Role::AccountNumber)),
            ("time-zone", Some(Role::TimeZone)),
            ("TZ", Some(Role::TimeZone)),
            ("Dial Time", Some(Role::DialTime)),
            ("Policy", None),
            ("", None),
            ("42", None),
        ] {
            assert_eq!(role_of(header).map(|(role, _)| role), role, "{header}");
        }
        assert!(role_of("Name").unwrap().1 > role_of("Nom").unwrap().1);
        assert!(role_of("Number").unwrap().1 > role_of("Tel").unwrap().1);
    }
}
