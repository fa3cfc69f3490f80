// The instructions of a query as a tree, for the writers.
#pragma once

#include <databased/query/shape.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace databased::detail {

struct StatementTree;

/// An expression, or a source. What it refers to lies in the shape.
struct Node {
    Op op{};
    SqlType type = SqlType::any;
    bool flag = false;        // negated, nullable, distinct, has an else
    std::uint8_t detail = 0;  // Function, LikeFlags
    char escape = '\0';
    std::uint8_t key_size = 0;  // of a column of a primary key: how many columns that has
    int depth = 1;              // how many expressions lie in each other
    std::size_t number = 0;     // of the value, the place or the position
    std::string_view schema{};
    std::string_view table{};
    std::string_view alias{};
    std::string_view name{};  // of a column, a collation, a common query; the SQL of raw()
    std::vector<std::string_view> labels{};
    std::vector<Node> children{};
    std::shared_ptr<StatementTree> query{};  // of a subquery
};

struct ItemTree {
    Node expression;
    std::string_view label{};
};

struct SourceTree {
    Node source;
    std::optional<JoinKind> join{};  // none: a source of its own
    std::optional<Node> on{};
};

struct OrderTree {
    Node expression;
    int flags = 0;
};

struct AssignmentTree {
    std::string_view column;
    std::optional<Node> value{};  // none: that of the row which could not be inserted
};

struct ConflictTree {
    std::vector<std::string_view> columns{};
    bool updates = false;
    std::vector<AssignmentTree> assignments{};
};

struct LockTree {
    LockKind kind{};
    std::vector<std::string_view> of{};
    std::optional<LockWait> wait{};
};

struct StatementTree {
    Op verb{};
    std::string_view instructions{};  // of a query in another statement
    std::size_t first_value = 0;      // of those in its instructions
    std::size_t values = 0;
    std::vector<ItemTree> items{};  // selected or returned
    std::vector<SourceTree> sources{};
    std::vector<Node> where{};
    std::vector<Node> group_by{};
    std::vector<Node> having{};
    std::vector<OrderTree> order_by{};
    std::optional<Node> limit{};
    std::optional<Node> offset{};
    bool distinct = false;
    std::optional<LockTree> lock{};
    std::optional<CompoundKind> compound{};
    std::vector<StatementTree> parts{};  // of a compound: two

    std::optional<Node> target{};  // of INSERT, UPDATE, DELETE
    std::vector<std::string_view> insert_columns{};
    std::vector<Node> insert_values{};  // empty where the values come with rows
    std::shared_ptr<StatementTree> insert_query{};
    bool default_values = false;
    std::optional<ConflictTree> conflict{};
    std::vector<AssignmentTree> assignments{};
    bool all_rows = false;
};

/// The statement that `instructions` are; they must outlive it.
StatementTree read_statement(std::string_view instructions);
/// The expression that `instructions` are.
Node read_expression(std::string_view instructions);

}  // namespace databased::detail
