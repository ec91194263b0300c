//! Sounds that can be told apart: everyone has a tone of their own, and what somebody hears is told by its frequencies.

use std::{collections::BTreeSet, f64::consts::TAU, fs, io, path::Path};

pub const RATE: u32 = 8000;

/// The music on hold.
pub const MUSIC: u32 = 1500;
/// What the carrier plays before the call is answered.
pub const EARLY: u32 = 1700;
/// With which a fax answers.
pub const FAX: u32 = 2100;
/// The two tones of ringing in North America.
pub const RINGING: [u32; 2] = [440, 480];
/// The agents' phones, 1001 to 1004.
pub const PHONES: [u32; 4] = [500, 600, 700, 800];
/// The customers at their phones, 555-0190 to 555-0194.
pub const CUSTOMERS: [u32; 5] = [900, 1000, 1150, 1250, 1350];

const LOUD: f64 = 8000.0;
/// As loud must a tone be to be heard.
const HEARD: f64 = 800.0;

/// Samples of 16 bits, 8000 a second.
pub type Samples = Vec<i16>;

/// So many whole seconds of a tone, each of them the same.
pub fn long_tone(frequency: u32, seconds: usize) -> Samples {
    tone(frequency, 1.0).repeat(seconds)
}

fn tone(frequency: u32, seconds: f64) -> Samples {
    wave(seconds, |t| LOUD * (TAU * f64::from(frequency) * t).sin())
}

fn silence(seconds: f64) -> Samples {
    wave(seconds, |_| 0.0)
}

/// Something like a syllable: harmonics of a voice, swelling and fading.
fn syllable(seconds: f64) -> Samples {
    wave(seconds, |t| {
        let voice = (TAU * 170.0 * t).sin() + 0.7 * (TAU * 530.0 * t).sin() + 0.4 * (TAU * 1190.0 * t).sin();
        0.6 * LOUD * voice * (0.6 - 0.4 * (TAU * 4.0 * t).cos())
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sound is small numbers")]
fn wave(seconds: f64, at: impl Fn(f64) -> f64) -> Samples {
    let samples = (seconds * f64::from(RATE)) as u32;
    (0..samples).map(|i| at(f64::from(i) / f64::from(RATE)) as i16).collect()
}

/// What answers where no living person does, or one who says hello; each as long as a test may last.
pub fn carrier_sounds() -> [(&'static str, Samples); 5] {
    let greeting: Vec<Samples> = (0..9).flat_map(|_| [syllable(0.45), silence(0.12)]).collect();
    let machine = [silence(0.3), greeting.concat(), silence(0.3), tone(1040, 0.4), silence(60.0)];
    [
        ("early", long_tone(EARLY, 10)),
        ("fax", [silence(0.5), tone(FAX, 3.0), silence(60.0)].concat()),
        ("machine", machine.concat()),
        ("person", [silence(0.4), syllable(0.5), silence(60.0)].concat()),
        ("silence", silence(60.0)),
    ]
}

/// A-law, one byte for a sample: what goes over the wire.
pub fn write_alaw(path: &Path, samples: &[i16]) -> io::Result<()> {
    fs::write(path, samples.iter().copied().map(to_alaw).collect::<Vec<u8>>())
}

/// G.711: a sign, three bits of exponent, four of mantissa, every second bit inverted.
fn to_alaw(sample: i16) -> u8 {
    let sign = if sample >= 0 { 0x80 } else { 0 };
    let size = sample.unsigned_abs().min(0x7fff);
    let exponent = size.checked_ilog2().unwrap_or(0).saturating_sub(7);
    let mantissa = u32::from(size >> (exponent.max(1) + 3)) & 0x0f;
    let [code, ..] = ((exponent << 4) | mantissa).to_le_bytes();
    (code | sign) ^ 0x55
}

/// A file of sound as phones play it.
pub fn write_wav(path: &Path, samples: &[i16]) -> io::Result<()> {
    let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let size = u32::try_from(data.len()).expect("a short sound");
    let mut wav = Vec::with_capacity(data.len() + 44);
    wav.extend(b"RIFF");
    wav.extend((36 + size).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    for (value, bytes) in [(16, 4), (1, 2), (1, 2), (RATE, 4), (RATE * 2, 4), (2, 2), (16, 2)] {
        wav.extend(&u32::to_le_bytes(value)[..bytes]);
    }
    wav.extend(b"data");
    wav.extend(size.to_le_bytes());
    wav.extend(data);
    fs::write(path, wav)
}

/// Which of our tones sound in these samples.
pub fn frequencies(samples: &[i16]) -> BTreeSet<u32> {
    let known = PHONES.into_iter().chain(CUSTOMERS).chain(RINGING).chain([MUSIC, EARLY, FAX]);
    known.filter(|frequency| level(samples, *frequency) > HEARD).collect()
}

/// Goertzel: the amplitude of one frequency.
fn level(samples: &[i16], frequency: u32) -> f64 {
    let turn = 2.0 * (TAU * f64::from(frequency) / f64::from(RATE)).cos();
    let (last, before) =
        samples.iter().fold((0.0, 0.0), |(last, before), sample| (f64::from(*sample) + turn * last - before, last));
    let power = last * last + before * before - turn * last * before;
    let count = f64::from(u32::try_from(samples.len()).expect("a short sound"));
    power.max(0.0).sqrt() * 2.0 / count.max(1.0)
}
