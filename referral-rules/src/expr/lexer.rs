//! The text of an expression → tokens with their exact places. A bad token is reported and the rest is still read.
use super::faults::Faults;
use super::literal::{self, Literal};
use crate::base::Number;
use crate::diag::{Code, Span};

/// One word of an expression.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

/// What a token is.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum TokenKind {
    /// A whole number without its sign.
    Int(u64),
    Decimal(Number),
    Text(String),
    /// A name or a word such as `in`, `true`.
    Name(String),
    /// A name in backticks, after a dot.
    Quoted(String),
    Symbol(&'static str),
    /// Stands for a value that could not be read; reported already.
    Fault,
    End,
}

const SYMBOLS: &[&str] = &[
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "?", ":", "+", "-", "*", "/", "%", "(", ")", "[", "]", "{", "}",
    ",", ".",
];

/// What people type for an operator, and the operator.
const MISTAKEN: &[(&str, &str)] = &[("&", "&&"), ("|", "||"), ("=", "==")];

/// All tokens; the last one is the end.
pub(super) fn tokens(source: &str, faults: &mut Faults<'_>) -> Vec<Token> {
    let mut lexer = Lexer { source, at: 0, faults };
    let mut tokens = Vec::with_capacity((source.len() / 4).saturating_add(2));
    loop {
        let token = lexer.next();
        let end = token.kind == TokenKind::End;
        tokens.push(token);
        if end {
            return tokens;
        }
    }
}

struct Lexer<'a, 'f, 'd> {
    source: &'a str,
    at: usize,
    faults: &'f mut Faults<'d>,
}

impl Lexer<'_, '_, '_> {
    fn rest(&self) -> &str {
        self.source.get(self.at..).unwrap_or("")
    }

    fn first(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn advance(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            if rest.bytes().next().is_some_and(|byte| byte.is_ascii_graphic() && byte != b'/') {
                return;
            }
            let blanks = rest.len().saturating_sub(rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{c}']).len());
            let comment = rest.get(blanks..).filter(|rest| rest.starts_with("//"));
            let skipped = comment.map_or(0, |comment| comment.find('\n').unwrap_or(comment.len()));
            self.advance(blanks.saturating_add(skipped));
            if skipped == 0 {
                return;
            }
        }
    }

    fn next(&mut self) -> Token {
        self.skip_blanks();
        let start = self.at;
        let kind = match self.first() {
            None => TokenKind::End,
            Some(first) if first.is_ascii_digit() || (first == '.' && self.digit_follows()) => self.number(),
            Some(first) if first == '_' || first.is_ascii_alphabetic() => self.name(),
            Some('\'' | '"') => self.text(false, 0),
            Some('`') => self.quoted(),
            Some(other) => self.symbol(other),
        };
        Token { kind, span: Span::new(start, self.at) }
    }

    fn digit_follows(&self) -> bool {
        self.rest().chars().nth(1).is_some_and(|second| second.is_ascii_digit())
    }

    fn number(&mut self) -> TokenKind {
        let start = self.at;
        let read = literal::number(self.rest());
        self.advance(read.bytes);
        match read.literal {
            Ok(Literal::Int(value)) => TokenKind::Int(value),
            Ok(Literal::Decimal(value)) => TokenKind::Decimal(value),
            Err(fault) => {
                let span = Span::new(start, self.at);
                let text = self.source.get(start..self.at).unwrap_or("").to_owned();
                self.faults.help(Code::BadNumber, span, format!("`{text}` is not an exact number"), fault);
                TokenKind::Fault
            }
        }
    }

    fn name(&mut self) -> TokenKind {
        let rest = self.rest();
        let length = rest.bytes().position(|byte| byte != b'_' && !byte.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or("").to_owned();
        let quote = rest.get(length..).is_some_and(|rest| rest.starts_with(['\'', '"']));
        match (name.as_str(), quote) {
            ("r" | "R", true) => self.text(true, 1),
            ("b" | "B" | "br" | "rb" | "bR" | "Rb" | "BR" | "RB" | "rB" | "Br", true) => {
                let start = self.at;
                self.text(false, length);
                let span = Span::new(start, self.at);
                self.faults.help(
                    Code::ExpressionSyntax,
                    span,
                    "bytes are not known here",
                    "write a text without the `b`",
                );
                TokenKind::Fault
            }
            _ => {
                self.advance(length);
                TokenKind::Name(name)
            }
        }
    }

    fn text(&mut self, raw: bool, prefix: usize) -> TokenKind {
        let start = self.at;
        self.advance(prefix);
        let read = literal::text(self.rest(), raw);
        let body = self.at;
        self.advance(read.bytes);
        let good = read.faults.is_empty();
        for (at, bytes, message) in read.faults {
            let from = body.saturating_add(at);
            let span = if bytes == 0 { Span::new(start, self.at) } else { Span::new(from, from.saturating_add(bytes)) };
            self.faults.error(Code::ExpressionSyntax, span, message);
        }
        if good { TokenKind::Text(read.text) } else { TokenKind::Fault }
    }

    fn quoted(&mut self) -> TokenKind {
        let start = self.at;
        let body = self.rest().get(1..).unwrap_or("").to_owned();
        let length = body.find(['`', '\n']).unwrap_or(body.len());
        let closed = body.get(length..).is_some_and(|rest| rest.starts_with('`'));
        self.advance(length.saturating_add(if closed { 2 } else { 1 }));
        if closed && length > 0 {
            return TokenKind::Quoted(body.get(..length).unwrap_or("").to_owned());
        }
        let span = Span::new(start, self.at);
        self.faults.error(Code::ExpressionSyntax, span, "the name in backticks is empty or does not end");
        TokenKind::Fault
    }

    fn symbol(&mut self, first: char) -> TokenKind {
        let rest = self.rest().as_bytes();
        if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(symbol.as_bytes())) {
            self.advance(symbol.len());
            return TokenKind::Symbol(symbol);
        }
        let start = self.at;
        self.advance(first.len_utf8());
        let span = Span::new(start, self.at);
        if let Some((typed, meant)) = MISTAKEN.iter().find(|(typed, _)| typed.starts_with(first)) {
            let message = format!("`{typed}` is not an operator");
            self.faults.help(Code::ExpressionSyntax, span, message, format!("write `{meant}`"));
            return TokenKind::Symbol(meant);
        }
        let message = format!("`{}` has no meaning here", first.escape_debug());
        self.faults.help(Code::ExpressionSyntax, span, message, curly(first));
        TokenKind::Fault
    }
}

fn curly(first: char) -> &'static str {
    match first {
        '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' => "write texts in straight quotes: 'text'",
        '\u{2212}' | '\u{2013}' | '\u{2014}' => "write minus as `-`",
        '\u{d7}' => "write times as `*`",
        '\u{2264}' => "write at most as `<=`",
        '\u{2265}' => "write at least as `>=`",
        _ => "",
    }
}
