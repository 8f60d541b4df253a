//! Tokens → a tree of nodes, by precedence climbing. Several faults are told at once: what cannot be read becomes a fault
//! node, and reading goes on behind it.
use super::faults::Faults;
use super::lexer::{Token, TokenKind};
use super::syntax::{Kind, Node, Operator};
use crate::diag::{Code, Span, Spanned};

/// At most so many brackets, signs and conditions inside each other.
pub(super) const NESTING_MAX: usize = 64;
/// At most so many operators and calls in one chain; terms of `&&` and `||` are not counted.
pub(super) const HEIGHT_MAX: usize = 128;
/// At most so many elements in a list written out.
pub(super) const LIST_LENGTH_MAX: usize = 1000;

const RELATIONS: &[(&str, Operator)] = &[
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<", Operator::Less),
    ("<=", Operator::AtMost),
    (">", Operator::Greater),
    (">=", Operator::AtLeast),
];
const SUMS: &[(&str, Operator)] = &[("+", Operator::Add), ("-", Operator::Subtract)];
const PRODUCTS: &[(&str, Operator)] = &[("*", Operator::Multiply), ("/", Operator::Divide)];

/// Reads all tokens as one expression.
pub(super) fn parse(tokens: Vec<Token>, faults: &mut Faults<'_>) -> Node {
    let end = tokens.last().map_or(Span::default(), |token| token.span);
    let mut parser = Parser { tokens, end, at: 0, nesting: 0, stopped: false, faults };
    let node = parser.expression();
    while !parser.stopped && parser.kind() != &TokenKind::End {
        parser.leftover();
    }
    node
}

struct Parser<'f, 'd> {
    tokens: Vec<Token>,
    end: Span,
    at: usize,
    nesting: usize,
    stopped: bool,
    faults: &'f mut Faults<'d>,
}

impl Parser<'_, '_> {
    fn kind(&self) -> &TokenKind {
        self.tokens.get(self.at).map_or(&TokenKind::End, |token| &token.kind)
    }

    fn span(&self) -> Span {
        self.tokens.get(self.at).map_or(self.end, |token| token.span)
    }

    fn advance(&mut self) -> Span {
        let span = self.span();
        if self.at.saturating_add(1) < self.tokens.len() {
            self.at = self.at.saturating_add(1);
        }
        span
    }

    fn sees(&self, symbol: &str) -> bool {
        matches!(self.kind(), TokenKind::Symbol(found) if *found == symbol)
    }

    fn sees_word(&self, word: &str) -> bool {
        matches!(self.kind(), TokenKind::Name(found) if found == word)
    }

    fn accept(&mut self, symbol: &str) -> bool {
        let found = self.sees(symbol);
        if found {
            self.advance();
        }
        found
    }

    /// Stops reading: what follows is not told.
    fn stop(&mut self) {
        self.at = self.tokens.len().saturating_sub(1);
        self.stopped = true;
    }

    fn unexpected(&mut self, wanted: &str) {
        if self.stopped {
            return;
        }
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

    /// Reads on behind a finished expression: tells it once, skips to something that can be read, and reads that.
    fn leftover(&mut self) {
        self.unexpected("expected an operator or the end");
        let joins = ["and", "or", "not"];
        let known = matches!(self.kind(), TokenKind::Name(name) if joins.contains(&name.to_ascii_lowercase().as_str()));
        if known || matches!(self.kind(), TokenKind::Symbol(_) | TokenKind::Fault) {
            self.advance();
            if self.kind() == &TokenKind::End || matches!(self.kind(), TokenKind::Symbol(")" | "]" | "}" | "," | ":")) {
                return;
            }
        }
        self.expression();
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Node) -> Node {
        if self.nesting >= NESTING_MAX {
            if !self.stopped {
                let message = format!("more than {NESTING_MAX} brackets, signs or conditions inside each other");
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

    fn node(&mut self, span: Span, kind: Kind) -> Node {
        let node = Node::new(span, kind);
        if node.height <= HEIGHT_MAX {
            return node;
        }
        if !self.stopped {
            let message = format!("more than {HEIGHT_MAX} operators or calls in one chain");
            self.faults.help(Code::TooLarge, span, message, "split the expression");
            self.stop();
        }
        Node::fault(span)
    }

    fn expression(&mut self) -> Node {
        self.nested(Self::conditional)
    }

    fn conditional(&mut self) -> Node {
        let condition = self.joined("||");
        if !self.accept("?") {
            return condition;
        }
        let yes = self.nested(|parser| parser.joined("||"));
        if !self.accept(":") {
            self.unexpected("expected `:` and what holds otherwise");
            return Node::fault(condition.span.to(yes.span));
        }
        let no = self.expression();
        let span = condition.span.to(no.span);
        let (condition, yes, no) = (Box::new(condition), Box::new(yes), Box::new(no));
        self.node(span, Kind::Conditional { condition, yes, no })
    }

    fn joined(&mut self, symbol: &'static str) -> Node {
        let next = |parser: &mut Self| if symbol == "||" { parser.joined("&&") } else { parser.binary(RELATIONS) };
        let first = next(self);
        if !self.sees(symbol) {
            return first;
        }
        let mut terms = vec![first];
        while self.accept(symbol) {
            terms.push(next(self));
        }
        let span = terms.iter().map(|term| term.span).reduce(Span::to).unwrap_or_default();
        self.node(span, if symbol == "||" { Kind::Or(terms) } else { Kind::And(terms) })
    }

    fn binary(&mut self, level: &[(&str, Operator)]) -> Node {
        let relations = level.first().is_some_and(|(_, operator)| operator.compares());
        let sums = level.first().is_some_and(|(_, operator)| *operator == Operator::Add);
        let next = |parser: &mut Self| match (relations, sums) {
            (true, _) => parser.binary(SUMS),
            (_, true) => parser.binary(PRODUCTS),
            _ => parser.unary(),
        };
        let mut left = next(self);
        loop {
            let found = level.iter().find(|(symbol, _)| self.sees(symbol)).map(|(_, operator)| *operator);
            let found = found.or_else(|| (relations && self.sees_word("in")).then_some(Operator::In));
            let Some(operator) = found else {
                return left;
            };
            self.advance();
            let right = next(self);
            let span = left.span.to(right.span);
            left = self.node(span, Kind::Binary { operator, left: Box::new(left), right: Box::new(right) });
        }
    }

    fn unary(&mut self) -> Node {
        let start = self.span();
        if self.accept("!") {
            let of = self.nested(Self::unary);
            return self.node(start.to(of.span), Kind::Not(Box::new(of)));
        }
        if self.accept("-") {
            if self.kind() == &TokenKind::Int(i64::MIN.unsigned_abs()) {
                let span = start.to(self.advance());
                return self.node(span, Kind::Int(i64::MIN));
            }
            let of = self.nested(Self::unary);
            return self.node(start.to(of.span), Kind::Negate(Box::new(of)));
        }
        self.postfix()
    }

    fn postfix(&mut self) -> Node {
        let mut node = self.primary();
        loop {
            if self.accept(".") {
                node = self.selected(node);
            } else if self.accept("[") {
                let index = self.expression();
                let end = self.closing("]");
                let span = node.span.to(end);
                node = self.node(span, Kind::Index { of: Box::new(node), index: Box::new(index) });
            } else {
                return node;
            }
        }
    }

    fn selected(&mut self, of: Node) -> Node {
        let at = self.span();
        let (name, quoted) = match self.kind() {
            TokenKind::Name(name) => (name.clone(), false),
            TokenKind::Quoted(name) => (name.clone(), true),
            _ => {
                self.unexpected("expected a name after `.`");
                return Node::fault(of.span.to(at));
            }
        };
        self.advance();
        let field = Spanned::new(name, at);
        if !quoted && self.accept("(") {
            let (arguments, end) = self.elements(")");
            let span = of.span.to(end);
            return self.node(span, Kind::Call { target: Some(Box::new(of)), name: field, arguments });
        }
        let span = of.span.to(at);
        self.node(span, Kind::Select { of: Box::new(of), field })
    }

    fn primary(&mut self) -> Node {
        let span = self.span();
        let kind = match self.kind().clone() {
            TokenKind::Int(value) => {
                self.advance();
                return self.whole(value, span);
            }
            TokenKind::Decimal(value) => Kind::Decimal(value),
            TokenKind::Text(text) => Kind::Text(text),
            TokenKind::Fault => Kind::Fault,
            TokenKind::Name(name) => return self.named(name, span),
            TokenKind::Symbol("(") => {
                self.advance();
                let inner = self.expression();
                let end = self.closing(")");
                return Node { span: span.to(end), ..inner };
            }
            TokenKind::Symbol("[") => {
                self.advance();
                let (nodes, end) = self.elements("]");
                return self.node(span.to(end), Kind::List(nodes));
            }
            TokenKind::Symbol("{") => return self.map(span),
            TokenKind::Symbol(_) | TokenKind::Quoted(_) | TokenKind::End => {
                self.unexpected("expected a value");
                let stays = matches!(
                    self.kind(),
                    TokenKind::End
                        | TokenKind::Symbol(
                            ")" | "]"
                                | "}"
                                | ","
                                | ":"
                                | "?"
                                | "&&"
                                | "||"
                                | "=="
                                | "!="
                                | "<"
                                | "<="
                                | ">"
                                | ">="
                                | "*"
                                | "/"
                        )
                );
                if !stays {
                    self.advance();
                }
                return Node::fault(span);
            }
        };
        self.advance();
        self.node(span, kind)
    }

    fn whole(&mut self, value: u64, span: Span) -> Node {
        match i64::try_from(value) {
            Ok(value) => self.node(span, Kind::Int(value)),
            Err(_) => {
                let help = "write a larger number with `.0`, as an exact decimal";
                self.faults.help(Code::BadNumber, span, "the whole number does not fit 64 bits", help);
                Node::fault(span)
            }
        }
    }

    fn named(&mut self, name: String, span: Span) -> Node {
        self.advance();
        match name.as_str() {
            "true" => return self.node(span, Kind::Bool(true)),
            "false" => return self.node(span, Kind::Bool(false)),
            "null" => {
                let help = "write has(name) to ask whether a fact is there";
                self.faults.help(Code::ExpressionSyntax, span, "there is no `null`", help);
                return Node::fault(span);
            }
            "in" => {
                self.faults.error(Code::ExpressionSyntax, span, "expected a value, found `in`");
                return Node::fault(span);
            }
            _ => {}
        }
        if self.accept("(") {
            let (arguments, end) = self.elements(")");
            return self.node(span.to(end), Kind::Call { target: None, name: Spanned::new(name, span), arguments });
        }
        self.node(span, Kind::Name(name))
    }

    fn closing(&mut self, symbol: &str) -> Span {
        if self.sees(symbol) {
            return self.advance();
        }
        self.unexpected(&format!("expected `{symbol}`"));
        self.recover(symbol)
    }

    /// Skips to the closing bracket of this level, past brackets that are opened and closed on the way.
    fn recover(&mut self, symbol: &str) -> Span {
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

    /// Reads expressions up to the closing symbol; a last comma is allowed, except before `)`.
    fn elements(&mut self, symbol: &'static str) -> (Vec<Node>, Span) {
        let mut nodes = Vec::new();
        while !self.sees(symbol) && self.kind() != &TokenKind::End {
            nodes.push(self.expression());
            if !self.accept(",") || (symbol != ")" && self.sees(symbol)) {
                break;
            }
            if self.sees(symbol) {
                self.unexpected("expected a value");
            }
        }
        let end = self.closing(symbol);
        self.check_length(&mut nodes, end);
        (nodes, end)
    }

    fn check_length(&mut self, nodes: &mut Vec<Node>, end: Span) {
        if nodes.len() > LIST_LENGTH_MAX {
            let message = format!("more than {LIST_LENGTH_MAX} elements");
            self.faults.error(Code::TooLarge, nodes.first().map_or(end, |node| node.span.to(end)), message);
            nodes.truncate(LIST_LENGTH_MAX);
        }
    }

    fn map(&mut self, start: Span) -> Node {
        self.advance();
        let mut entries = Vec::new();
        while !self.sees("}") && self.kind() != &TokenKind::End {
            let key = self.expression();
            if !self.accept(":") {
                self.unexpected("expected `:` and the value of the key");
                break;
            }
            entries.push((key, self.expression()));
            if !self.accept(",") {
                break;
            }
        }
        let end = if self.stopped || self.sees("}") {
            self.advance()
        } else {
            self.unexpected("expected `}`");
            self.recover("}")
        };
        if entries.len() > LIST_LENGTH_MAX {
            self.faults.error(Code::TooLarge, start.to(end), format!("more than {LIST_LENGTH_MAX} elements"));
            entries.truncate(LIST_LENGTH_MAX);
        }
        self.node(start.to(end), Kind::Map(entries))
    }
}
