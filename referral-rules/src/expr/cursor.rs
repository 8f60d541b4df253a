//! Where the parser stands in the tokens: looking, accepting, reporting, skipping.
use super::faults::Faults;
use super::lexer::{Token, TokenKind};
use super::syntax::{Kind, Node};
use crate::base::limits::{EXPRESSION_CHAIN_MAX, EXPRESSION_DEPTH_MAX};
use crate::diag::{Code, Span};

/// Reads tokens from left to right.
pub(super) struct Parser<'f, 'd> {
    pub(super) tokens: Vec<Token>,
    pub(super) end: Span,
    pub(super) at: usize,
    pub(super) nesting: usize,
    pub(super) stopped: bool,
    /// The token that was reported last: it is told once.
    pub(super) told: Option<usize>,
    pub(super) faults: &'f mut Faults<'d>,
}

impl Parser<'_, '_> {
    /// The token that is next.
    pub(super) fn kind(&self) -> &TokenKind {
        self.tokens.get(self.at).map_or(&TokenKind::End, |token| &token.kind)
    }

    /// Takes it, which is then gone past.
    pub(super) fn take(&mut self) -> TokenKind {
        let kind = self.tokens.get_mut(self.at).map(|token| std::mem::replace(&mut token.kind, TokenKind::Fault));
        self.advance();
        kind.unwrap_or(TokenKind::End)
    }

    /// Where it stands.
    pub(super) fn span(&self) -> Span {
        self.tokens.get(self.at).map_or(self.end, |token| token.span)
    }

    /// Goes past it.
    pub(super) fn advance(&mut self) -> Span {
        let span = self.span();
        if self.at.saturating_add(1) < self.tokens.len() {
            self.at = self.at.saturating_add(1);
        }
        span
    }

    /// True if it is the symbol.
    pub(super) fn sees(&self, symbol: &str) -> bool {
        matches!(self.kind(), TokenKind::Symbol(found) if *found == symbol)
    }

    /// True if it is the word.
    pub(super) fn sees_word(&self, word: &str) -> bool {
        matches!(self.kind(), TokenKind::Name(found) if found == word)
    }

    /// True if it is a word that people write for the operator; that is reported.
    pub(super) fn mistakes(&mut self, symbol: &str) -> bool {
        let word = if symbol == "||" { "or" } else { "and" };
        let found = matches!(self.kind(), TokenKind::Name(found) if found.eq_ignore_ascii_case(word));
        if found {
            self.unexpected("expected an operator or the end");
        }
        found
    }

    /// Goes past the symbol, if it is next.
    pub(super) fn accept(&mut self, symbol: &str) -> bool {
        let found = self.sees(symbol);
        if found {
            self.advance();
        }
        found
    }

    /// Stops reading: what follows is not told.
    pub(super) fn stop(&mut self) {
        self.at = self.tokens.len().saturating_sub(1);
        self.stopped = true;
    }

    /// Reports what is next; a fault that is reported already is not.
    pub(super) fn unexpected(&mut self, wanted: &str) {
        if self.stopped || self.told == Some(self.at) {
            return;
        }
        self.told = Some(self.at);
        let span = self.span();
        let found = match self.kind() {
            TokenKind::End => "the end".to_owned(),
            TokenKind::Symbol(symbol) => format!("`{symbol}`"),
            TokenKind::Name(name) => format!("`{name}`"),
            TokenKind::Quoted(name) => format!("a name in backticks, `{name}`"),
            TokenKind::Int(_) | TokenKind::Decimal(_) => "a number".to_owned(),
            TokenKind::Text(_) => "a text".to_owned(),
            TokenKind::Fault => return,
        };
        let help = match self.kind() {
            TokenKind::Name(name) if name.eq_ignore_ascii_case("and") => "write `&&`",
            TokenKind::Name(name) if name.eq_ignore_ascii_case("or") => "write `||`",
            TokenKind::Name(name) if name.eq_ignore_ascii_case("not") => "write `!`",
            TokenKind::Symbol("%") => "write mod(a, b) for a remainder, and 20% without a blank for a share",
            _ => "",
        };
        self.faults.help(Code::ExpressionSyntax, span, format!("{wanted}, found {found}"), help);
    }

    /// Reads one level deeper; too deep is reported and ends reading.
    pub(super) fn nested(&mut self, read: impl FnOnce(&mut Self) -> Node) -> Node {
        if self.nesting >= EXPRESSION_DEPTH_MAX {
            if !self.stopped {
                let message =
                    format!("more than {EXPRESSION_DEPTH_MAX} brackets, signs or conditions inside each other");
                self.faults.error(Code::TooLarge, self.span(), message);
                self.stop();
            }
            return Node::fault(self.span());
        }
        self.nesting = self.nesting.saturating_add(1);
        let node = read(self);
        self.nesting = self.nesting.saturating_sub(1);
        node
    }

    /// A node; one too high is reported and ends reading.
    pub(super) fn node(&mut self, span: Span, kind: Kind) -> Node {
        let node = Node::new(span, kind);
        if node.height <= EXPRESSION_CHAIN_MAX {
            return node;
        }
        if !self.stopped {
            let message = format!("more than {EXPRESSION_CHAIN_MAX} operators or calls in one chain");
            self.faults.help(Code::TooLarge, span, message, "split the expression");
            self.stop();
        }
        Node::fault(span)
    }

    /// Goes past the closing bracket; without it, reports that and skips to it.
    pub(super) fn closing(&mut self, symbol: &str) -> Span {
        if self.sees(symbol) {
            return self.advance();
        }
        self.unexpected(&format!("expected `{symbol}`"));
        self.recover(symbol)
    }

    /// Skips to the closing bracket of this level, past brackets that are opened and closed on the way.
    pub(super) fn recover(&mut self, symbol: &str) -> Span {
        let mut depth = 0_usize;
        loop {
            match self.kind() {
                TokenKind::End => return self.span(),
                TokenKind::Symbol(found) if depth == 0 && *found == symbol => return self.advance(),
                TokenKind::Symbol("(" | "[" | "{") => depth = depth.saturating_add(1),
                TokenKind::Symbol(")" | "]" | "}") if depth == 0 => return self.span(),
                TokenKind::Symbol(")" | "]" | "}") => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.advance();
        }
    }
}
