// What all statements of the builder have in common: a shape, and its text for a dialect.
#pragma once

#include <databased/backend/dialect.hpp>
#include <databased/detail/export.hpp>
#include <databased/query/expression.hpp>
#include <databased/statement.hpp>

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace databased {

namespace detail {

/// The rows of an INSERT, or of another statement that is run for each row: their values one after another.
struct RowValues {
    /// Without rows nothing is sent.
    enum class Form {
        none,           ///< The statement has no rows.
        one_statement,  ///< All rows in one statement: they are wanted back.
        one_run_each,   ///< One text, run for each row.
    };
    ParameterBuffer cells{};
    std::size_t rows = 0;
    std::size_t width = 0;
    Form form = Form::none;
};

/// What may be passed where a statement is expected, ready or not.
class QueryBase {};

template <class Q>
concept AnyQuery = std::derived_from<std::remove_cvref_t<Q>, QueryBase>;

/// Takes the values out of `shape` and of `rows`, which may be null. What is wrong is found by the statement's check().
DATABASED_API Statement::Pointer prepare_query(const StatementRules& rules, Shape&& shape, RowValues* rows);
DATABASED_API Statement compile_query(const Dialect& dialect, Shape shape, RowValues rows = {});

/// A statement that can be sent.
class Query : public QueryBase {
  public:
    static constexpr bool is_ready = true;

    explicit Query(Shape&& shape) noexcept : shape_(std::move(shape)) {}

    /// What will be sent to a database of this dialect: sql() and parameters(). Throws NotSupportedError for what the
    /// dialect cannot say, ParameterError and UsageError for what no dialect can.
    Statement compile(const Dialect& dialect) const { return compile_query(dialect, shape_); }
    const Shape& shape() const noexcept { return shape_; }

    Statement::Pointer prepare(const StatementRules& rules) const& {
        return prepare_query(rules, Shape{shape_}, nullptr);
    }
    Statement::Pointer prepare(const StatementRules& rules) && {
        return prepare_query(rules, std::move(shape_), nullptr);
    }

  protected:
    Shape shape_;
};

/// One that may have rows of values.
class RowsQuery : public QueryBase {
  public:
    static constexpr bool is_ready = true;

    explicit RowsQuery(Shape shape, RowValues rows = {}) noexcept : shape_(std::move(shape)), rows_(std::move(rows)) {}

    /// As of every query. Of rows that are sent one by one it is the text for one, with the values of the first.
    Statement compile(const Dialect& dialect) const { return compile_query(dialect, shape_, rows_); }

    Statement::Pointer prepare(const StatementRules& rules) const& { return RowsQuery{*this}.consume(rules); }
    Statement::Pointer prepare(const StatementRules& rules) && { return consume(rules); }

  protected:
    Shape shape_;
    RowValues rows_;

  private:
    Statement::Pointer consume(const StatementRules& rules) { return prepare_query(rules, std::move(shape_), &rows_); }
};

}  // namespace detail
}  // namespace databased
