// A statement with its arguments, ready to be run: it owns everything, so nothing that a caller passed can dangle.
#pragma once

#include <databased/backend/dialect.hpp>
#include <databased/parameters.hpp>
#include <databased/sql_text.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace databased {

namespace detail {
struct BoundSql;
class Shape;
struct RowValues;
}  // namespace detail

/// What the makers of statements need to know of a backend.
struct StatementRules {
    const Dialect* dialect = &text_dialect;
    std::size_t max_parameters = 65535;  ///< Values in one statement.
};

/// SQL text and encoded arguments, in the order of the dialect's parameters. Made by the verbs of Database and Session
/// before their call returns, or by compile() of a query to be looked at; given to backends. Whatever was wrong is kept
/// and thrown by check().
class Statement {
  public:
    using Pointer = std::unique_ptr<Statement>;

    static void* operator new(std::size_t size);
    static void operator delete(void* statement, std::size_t size) noexcept;

    template <class... Args>
    static Pointer make(const StatementRules& rules, std::string_view sql, const Args&... args) {
        Pointer statement{new Statement};
        try {
            if constexpr (sizeof...(Args) == 1 && (std::same_as<Args, Parameters> && ...)) {
                statement->bind(rules, sql, args...);
            } else {
                Parameters parameters;
                (parameters.add(args), ...);
                statement->bind(rules, sql, std::move(parameters));
            }
        } catch (...) {
            statement->error_ = std::current_exception();
        }
        return statement;
    }

    /// The same text once for each item of `items`. An error in an item names its index.
    template <std::ranges::input_range R>
    static Pointer make_many(const StatementRules& rules, std::string_view sql, const R& items) {
        Pointer statement{new Statement};
        statement->runs_ = 0;
        statement->many_ = true;
        try {
            for (const auto& item : items) statement->add_item(rules, sql, item, size_hint(items));
        } catch (...) {
            statement->fail_item(std::current_exception());
        }
        return statement;
    }

    /// Of a query that was built: takes the values out of `shape` and of `rows`, which may be null.
    static Pointer of_query(const StatementRules& rules, detail::Shape&& shape, detail::RowValues* rows);
    /// As it is, without parameters.
    static Statement of_text(std::shared_ptr<const SqlText> text);

    /// Throws what went wrong when the statement was made: ParameterError, SyntaxError.
    void check() const {
        if (error_) std::rethrow_exception(error_);
    }

    /// What is sent, with the dialect's placeholders.
    std::string_view sql() const noexcept { return text_->text; }
    /// The values of one run, in the order of the placeholders' numbers.
    std::vector<Value> parameters(std::size_t run = 0) const;

    const SqlText& text() const noexcept { return *text_; }
    const std::shared_ptr<const SqlText>& shared_text() const noexcept { return text_; }
    /// How often it is to be run: once, or once per item of execute_many.
    std::size_t runs() const noexcept { return runs_; }
    bool is_many() const noexcept { return many_; }
    /// Parameter number `index`, counted from 0, of run number `run`.
    detail::Cell parameter(std::size_t index, std::size_t run = 0) const noexcept {
        return values_[run * text_->parameter_count + index];
    }

    /// The values of one run for a developer's eyes: "1: 'Alien', 2: 1979". At most about a thousand characters.
    std::string describe_values(std::size_t run) const;

  private:
    Statement() = default;
    static detail::BoundSql bind_text(const StatementRules& rules, std::string_view sql, const Parameters& parameters);
    void bind(const StatementRules& rules, std::string_view sql, Parameters parameters);
    /// The next item. All items have the shape of the first, unless they are Parameters or hold lists.
    template <class T>
    void add_item(const StatementRules& rules, std::string_view sql, const T& item, std::size_t items) {
        if constexpr (std::same_as<T, Parameters>) {
            bind_next(rules, sql, item);
        } else if (runs_ == 0 || !has_fixed_shape_) {
            Parameters parameters;
            detail::visit_item(item, [&](std::string_view name, const auto& value) {
                using Written = std::remove_cvref_t<decltype(value)>;
                constexpr bool has_name = detail::is_named_argument<Written>;
                if constexpr (has_name || detail::is_expanded<Written>) has_fixed_shape_ = false;
                if constexpr (has_name || !detail::MappedStruct<T>) {
                    parameters.add(value);
                } else {
                    parameters.add(name, value);
                }
            });
            bind_next(rules, sql, std::move(parameters));
            if (has_fixed_shape_) values_.reserve(items * values_.size());
        } else {
            const std::size_t first = values_.size();
            detail::visit_item(item, [&](std::string_view, const auto& value) {
                using Written = std::remove_cvref_t<decltype(value)>;
                if constexpr (detail::Writable<Written>) detail::Native<Written>::write(values_, value);
            });
            if (!order_.empty()) values_.reorder(first, order_);
            ++runs_;
        }
    }
    template <class R>
    static std::size_t size_hint(const R& items) {
        if constexpr (std::ranges::sized_range<const R>) return std::ranges::size(items);
        return 1;
    }
    void bind_next(const StatementRules& rules, std::string_view sql, Parameters parameters);
    void fail_item(const std::exception_ptr& error) noexcept;
    void take(const StatementRules& rules, detail::Shape&& shape, detail::RowValues* rows);
    void take_rows(detail::RowValues& rows, const detail::ParameterBuffer& others);

    std::shared_ptr<const SqlText> text_;
    detail::ParameterBuffer values_;
    std::size_t runs_ = 1;
    bool many_ = false;
    bool has_fixed_shape_ = true;
    std::vector<std::uint32_t> order_;  // of the arguments of one run; empty if they are sent as they came
    std::exception_ptr error_;
};

}  // namespace databased
