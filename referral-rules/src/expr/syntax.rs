//! An expression as written: a tree of nodes with their exact places.
use super::faults::Faults;
use super::{lexer, parse};
use crate::base::Number;
use crate::diag::{Span, Spanned};

/// The tree of an expression that compiled, for those who put it into words.
pub(crate) fn tree(source: &str) -> Node {
    let mut told = Vec::new();
    let mut faults = Faults::new(&|span| span, &mut told);
    let tokens = lexer::tokens(source, &mut faults);
    parse::parse(tokens, &mut faults)
}

/// One part of an expression.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Node {
    /// Where it stands in the expression.
    pub(crate) span: Span,
    /// What it is.
    pub(crate) kind: Kind,
    /// The longest way down to a leaf; bounded, so that walking the tree needs a bounded stack.
    pub(crate) height: usize,
}

/// An operator between two operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl Operator {
    /// As written.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::In => "in",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }

    /// The operator that says the same with its sides exchanged.
    pub(crate) fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::AtMost => Self::AtLeast,
            Self::Greater => Self::Less,
            Self::AtLeast => Self::AtMost,
            other => other,
        }
    }

    /// True for operators that compare and give a bool.
    pub(crate) fn compares(self) -> bool {
        !matches!(self, Self::Add | Self::Subtract | Self::Multiply | Self::Divide)
    }
}

/// What a node is.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Kind {
    /// Could not be read; the fault is reported already.
    Fault,
    /// Parts that do not make an expression together; the fault is reported already.
    Broken(Vec<Node>),
    Bool(bool),
    Int(i64),
    Decimal(Number),
    Text(String),
    Name(String),
    Select {
        of: Box<Node>,
        field: Spanned<String>,
    },
    Index {
        of: Box<Node>,
        index: Box<Node>,
    },
    Call {
        target: Option<Box<Node>>,
        name: Spanned<String>,
        arguments: Vec<Node>,
    },
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    Not(Box<Node>),
    Negate(Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Binary {
        operator: Operator,
        left: Box<Node>,
        right: Box<Node>,
    },
    Conditional {
        condition: Box<Node>,
        yes: Box<Node>,
        no: Box<Node>,
    },
}

impl Node {
    /// A node; its height is one more than its tallest child's.
    pub(crate) fn new(span: Span, kind: Kind) -> Self {
        let tallest = match &kind {
            Kind::Fault | Kind::Bool(_) | Kind::Int(_) | Kind::Decimal(_) | Kind::Text(_) | Kind::Name(_) => 0,
            Kind::Select { of, .. } => of.height,
            Kind::Index { of, index } => of.height.max(index.height),
            Kind::Call { target, arguments, .. } => {
                tallest(arguments).max(target.as_ref().map_or(0, |target| target.height))
            }
            Kind::Broken(nodes) | Kind::List(nodes) | Kind::And(nodes) | Kind::Or(nodes) => tallest(nodes),
            Kind::Map(entries) => entries.iter().map(|(key, value)| key.height.max(value.height)).max().unwrap_or(0),
            Kind::Not(node) | Kind::Negate(node) => node.height,
            Kind::Binary { left, right, .. } => left.height.max(right.height),
            Kind::Conditional { condition, yes, no } => condition.height.max(yes.height).max(no.height),
        };
        Self { span, kind, height: tallest.saturating_add(1) }
    }

    /// A node that could not be read.
    pub(crate) fn fault(span: Span) -> Self {
        Self::new(span, Kind::Fault)
    }

    /// The dotted name that the node is, such as `referee.domain`.
    pub(crate) fn path(&self) -> Option<String> {
        match &self.kind {
            Kind::Name(name) => Some(name.clone()),
            Kind::Select { of, field } => of.path().map(|mut path| {
                path.push('.');
                path.push_str(&field.value);
                path
            }),
            _ => None,
        }
    }
}

fn tallest(nodes: &[Node]) -> usize {
    nodes.iter().map(|node| node.height).max().unwrap_or(0)
}
