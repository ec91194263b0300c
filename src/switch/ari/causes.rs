//! From what the network says to why a call was not made: data, a row for each SIP status and each cause.
//!
//! The SIP status decides where there is one and we did not end the call ourselves; else the cause as ITU-T Q.850 counts
//! decides. What SIP means by a status is in RFC 3261, section 21, and RFC 8197 (607) and 8688 (608).

use crate::domain::{attempt::NotMade, outcome::FailureCause};

/// No such number, or not any more.
const INVALID: NotMade = NotMade::InvalidNumber;
/// Nobody there.
const NO_ANSWER: NotMade = NotMade::NoAnswer;
/// They talk.
const BUSY: NotMade = NotMade::Busy;
/// The person, or somebody for them, does not want the call.
const DECLINED: NotMade = NotMade::Failed(FailureCause::Declined);
/// No line was free.
const CONGESTION: NotMade = NotMade::Failed(FailureCause::Congestion);
/// The network did not work, or did not understand us.
const NETWORK: NotMade = NotMade::Failed(FailureCause::Network);

/// By SIP status.
pub const BY_SIP_STATUS: &[(u16, NotMade)] = &[
    (400, NETWORK),
    (401, NETWORK),
    (402, NETWORK),
    (403, DECLINED),
    (404, INVALID),
    (405, NETWORK),
    (406, NETWORK),
    (407, NETWORK),
    (408, NO_ANSWER),
    (410, INVALID),
    (415, NETWORK),
    (480, NO_ANSWER),
    (481, NETWORK),
    (482, NETWORK),
    (483, NETWORK),
    (484, INVALID),
    (485, INVALID),
    (486, BUSY),
    (487, NO_ANSWER),
    (488, NETWORK),
    (500, NETWORK),
    (501, NETWORK),
    (502, NETWORK),
    (503, CONGESTION),
    (504, NETWORK),
    (600, BUSY),
    (603, DECLINED),
    (604, INVALID),
    (606, NETWORK),
    (607, DECLINED),
    (608, DECLINED),
];

/// By cause (ITU-T Q.850).
pub const BY_CAUSE: &[(u16, NotMade)] = &[
    (1, INVALID),     // unallocated number
    (2, NETWORK),     // no route to the network
    (3, NETWORK),     // no route to the destination
    (16, NO_ANSWER),  // normal clearing, before an answer
    (17, BUSY),       // user busy
    (18, NO_ANSWER),  // no user responding
    (19, NO_ANSWER),  // user alerting, no answer
    (20, NO_ANSWER),  // subscriber absent
    (21, DECLINED),   // call rejected
    (22, INVALID),    // number changed
    (27, NETWORK),    // destination out of order
    (28, INVALID),    // invalid number format
    (29, NETWORK),    // facility rejected
    (34, CONGESTION), // no circuit available
    (38, NETWORK),    // network out of order
    (41, NETWORK),    // temporary failure
    (42, CONGESTION), // switching equipment congestion
    (44, CONGESTION), // requested circuit not available
    (58, NETWORK),    // bearer capability not available
    (102, NETWORK),   // recovery on timer expiry
    (127, NETWORK),   // interworking
];

/// Why a call was not made.
pub fn not_made(cause: u16, sip_status: Option<u16>) -> NotMade {
    let row = |table: &[(u16, NotMade)], code: u16| table.iter().find(|(known, _)| *known == code).map(|(_, why)| *why);
    sip_status.and_then(|status| row(BY_SIP_STATUS, status)).or_else(|| row(BY_CAUSE, cause)).unwrap_or(NETWORK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sip_status_decides_then_the_cause() {
        for (cause, status, why) in [
            (17, Some(486), BUSY),
            (127, Some(487), NO_ANSWER),
            (127, Some(608), DECLINED),
            (1, None, INVALID),
            (0, None, NETWORK),
            (21, Some(699), DECLINED),
            (34, Some(503), CONGESTION),
        ] {
            assert_eq!(not_made(cause, status), why, "{cause} {status:?}");
        }
    }

    #[test]
    fn no_row_stands_twice() {
        for table in [BY_SIP_STATUS, BY_CAUSE] {
            assert!(table.windows(2).all(|pair| pair[0].0 < pair[1].0), "sorted, each once");
        }
    }
}
