//! Turns of one connection: a change of direction begins a response or the next turn.

use super::table::TurnRow;
use crate::protocols::follow::{At, Context, Says};
use crate::protocols::tcp::{Class, Role};

/// A segment with data.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece {
    pub(crate) sender: Role,
    pub(crate) class: Class,
    pub(crate) bytes: u32,
    /// Sequence number behind its data.
    pub(crate) end: u32,
    /// Acknowledgement number, where the flag is set.
    pub(crate) acknowledgement: Option<u32>,
    pub(crate) at: At,
}

/// What one end sent in a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) first: At,
    pub(super) last: At,
    pub(super) bytes: u64,
}

impl Run {
    fn new(piece: &Piece) -> Self {
        Self { first: piece.at, last: piece.at, bytes: u64::from(piece.bytes) }
    }

    fn extend(&mut self, piece: &Piece) {
        self.last = piece.at;
        self.bytes += u64::from(piece.bytes);
    }
}

/// A request and its response.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Turn {
    pub(super) number: u32,
    pub(super) request: Option<Run>,
    pub(super) response: Option<Run>,
    pub(super) client_think_ns: Option<i64>,
    pub(super) rtt_ns: Option<i64>,
    pub(super) recovery_ns: i64,
    pub(super) mux: bool,
    pub(super) says: Says,
}

/// Turns of one connection.
#[derive(Debug)]
pub(crate) struct Turns {
    turn: Turn,
    /// Sequence numbers behind what each end has sent.
    ends: [Option<u32>; 2],
}

impl Default for Turns {
    fn default() -> Self {
        Self { turn: Turn { number: 1, ..Turn::default() }, ends: [None; 2] }
    }
}

impl Turns {
    /// Takes a segment with data, unless it changes the direction: then it is to be given to [`Turns::change`].
    #[inline]
    pub(crate) fn goes_on(&mut self, piece: &Piece) -> bool {
        if piece.class != Class::New {
            self.again(piece);
            return true;
        }
        match (piece.sender, &mut self.turn.request, &mut self.turn.response) {
            (Role::Client, Some(request), None) => request.extend(piece),
            (Role::Server, _, Some(response)) => response.extend(piece),
            _ => return false,
        }
        self.ends[piece.sender as usize] = Some(piece.end);
        true
    }

    /// Takes a segment with which a request or a response begins; `says` tells what the connection is.
    pub(crate) fn change(&mut self, piece: &Piece, says: Says, context: &mut Context<'_>) {
        match piece.sender {
            Role::Client => self.begin(piece, context),
            Role::Server => self.answer(piece, says, context),
        }
        self.ends[piece.sender as usize] = Some(piece.end);
    }

    /// Writes the last turn.
    pub(crate) fn finish(&mut self, context: &mut Context<'_>) {
        if self.turn.request.is_some() || self.turn.response.is_some() {
            let row = TurnRow::new(&self.turn, &context.ends);
            context.shared.turns.push(row, context.sink);
        }
    }

    /// Begins the next turn.
    fn begin(&mut self, piece: &Piece, context: &mut Context<'_>) {
        let response = self.turn.response;
        if response.is_some() {
            self.finish(context);
            self.turn = Turn { number: self.turn.number.saturating_add(1), ..Turn::default() };
        }
        let leg_ns = context.leg_ns(Role::Client).unwrap_or(0);
        self.turn.client_think_ns = response.map(|response| (piece.at.time_ns - response.last.time_ns - leg_ns).max(0));
        self.turn.request = Some(Run::new(piece));
        self.turn.mux = self.overtakes(piece);
    }

    fn answer(&mut self, piece: &Piece, says: Says, context: &mut Context<'_>) {
        self.turn.says = says;
        let asked_ns = self.turn.request.map(|request| request.last.time_ns + self.turn.recovery_ns);
        self.turn.rtt_ns = context.path_ns(Role::Server, asked_ns);
        self.turn.mux |= self.overtakes(piece);
        self.turn.response = Some(Run::new(piece));
    }

    /// Whether the sender had not yet received all that its peer had sent.
    fn overtakes(&self, piece: &Piece) -> bool {
        let peer_end = self.ends[piece.sender.other() as usize];
        peer_end.zip(piece.acknowledgement).is_some_and(|(end, told)| (end.wrapping_sub(told) as i32) > 0)
    }

    /// Takes data that was sent again or came late. While it is the last word, what it says came no sooner.
    #[cold]
    fn again(&mut self, piece: &Piece) {
        let repeats = piece.class.is_retransmission() && piece.class != Class::Unneeded;
        if !repeats && piece.class != Class::Reordered {
            return;
        }
        match (piece.sender, &self.turn.request, &mut self.turn.response) {
            (Role::Client, Some(request), None) => self.turn.recovery_ns = piece.at.time_ns - request.last.time_ns,
            (Role::Server, _, Some(response)) => response.last = piece.at,
            _ => {}
        }
    }
}
