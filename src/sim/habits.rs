//! How often simulated agents do what they can do, beside taking previews.

/// How often, in shares of a thousand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// Moments without a call in which they call somebody.
    pub places: u32,
    /// Of the calls they make and the people they ask: colleagues.
    pub colleagues: u32,
    /// Conversations in which they ask somebody.
    pub consults: u32,
    /// Conversations that they pass on without asking.
    pub direct_transfers: u32,
    /// Conversations with a time on hold.
    pub holds: u32,
    /// Conversations in which they use the keypad.
    pub keypads: u32,
    /// Recorded conversations in which they pause the recording.
    pub pauses: u32,
    /// Looks at the screen at which they try what does not work, or click wrong.
    pub fumbles: u32,
    /// Of what they planned and what does not work any more: what they try all the same.
    pub clicks_too_late: u32,
    /// Callers and colleagues whom they do not answer, or decline.
    pub declines: u32,
    /// Guesses of the switch who answered that they take with a click.
    pub takes_guesses: u32,
    /// A supervisor looks so many seconds apart whose call to listen to, or to leave; none if they never do.
    pub supervisor_looks_every: Option<u32>,
}

impl Habits {
    /// A usual day: mostly previews.
    pub fn usual() -> Self {
        Self {
            places: 25,
            colleagues: 400,
            consults: 110,
            direct_transfers: 30,
            holds: 70,
            keypads: 40,
            pauses: 60,
            fumbles: 3,
            clicks_too_late: 50,
            declines: 30,
            takes_guesses: 700,
            supervisor_looks_every: None,
        }
    }

    /// Everything, all the time.
    pub fn busy() -> Self {
        Self {
            places: 200,
            colleagues: 500,
            consults: 350,
            direct_transfers: 120,
            holds: 200,
            keypads: 200,
            pauses: 300,
            fumbles: 60,
            clicks_too_late: 250,
            declines: 150,
            takes_guesses: 500,
            supervisor_looks_every: Some(40),
        }
    }
}
