// A statement with its arguments, ready to be run: it owns everything, so nothing that a caller passed can dangle.
#pragma once

#include <databased/backend/dialect.hpp>
#include <databased/detail/export.hpp>
#include <databased/detail/owner.hpp>
#include <databased/detail/range.hpp>
#include <databased/parameters.hpp>
#include <databased/sql_text.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
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

/// An argument whose type only `add` knows: what is done with all of them is compiled once.
struct ErasedArgument {
    const void* value;
    void (*add)(Parameters& parameters, const void* value);
};

template <class T>
void add_argument(Parameters& parameters, const void* value) {
    parameters.add(*static_cast<const T*>(value));
}

}  // namespace detail

/// What the makers of statements need to know of a backend.
struct StatementRules {
    const Dialect* dialect = &text_dialect;
    std::size_t max_parameters = 65535;  ///< Values in one statement.
};

/// SQL text and encoded arguments, in the order of the dialect's parameters. Made by the verbs of Database and Session
/// before their call returns, or by compile() of a query to be looked at; given to backends. Whatever was wrong is kept
/// and thrown by check().
class DATABASED_API Statement {
  public:
    using Pointer = detail::Owner<Statement>;

    Statement(const Statement& other);
    Statement(Statement&& other) noexcept;
    Statement& operator=(const Statement& other) = delete;
    Statement& operator=(Statement&& other) noexcept = delete;
    ~Statement();

    static void* operator new(std::size_t size);
    static void operator delete(void* statement, std::size_t size) noexcept;

    template <class... Args>
    static Pointer make(const StatementRules& rules, std::string_view sql, const Args&... args) {
        if constexpr (sizeof...(Args) == 0) {
            return make_erased(rules, sql, nullptr, 0);
        } else if constexpr (sizeof...(Args) == 1 && (std::same_as<Args, Parameters> && ...)) {
            return make_bound(rules, sql, args...);
        } else {
            const detail::ErasedArgument erased[]{{std::addressof(args), &detail::add_argument<Args>}...};
            return make_erased(rules, sql, erased, sizeof...(Args));
        }
    }

    /// The same text once for each item of `items`. An error in an item names its index.
    template <detail::Range R>
    static Pointer make_many(const StatementRules& rules, std::string_view sql, const R& items) {
        Pointer statement = empty();
        statement->runs_ = 0;
        statement->many_ = true;
        try {
            for (const auto& item : items) statement->add_item(rules, sql, item, detail::size_of_range(items, 1));
        } catch (...) {
            statement->fail_item();
        }
        return statement;
    }

    /// Of a query that was built: takes the values out of `shape` and of `rows`, which may be null.
    static Pointer of_query(const StatementRules& rules, detail::Shape&& shape, detail::RowValues* rows);
    /// Once for each of the rows whose values are in `values`; messages count items from `first_item`.
    /// A run may hold several items.
    static Pointer of_rows(std::shared_ptr<const SqlText> text, detail::ParameterBuffer values, std::size_t first_item,
                           std::size_t items_in_a_run = 1);
    /// As it is, without parameters.
    static Statement of_text(std::shared_ptr<const SqlText> text);

    Pointer copy() const;

    /// Throws what went wrong when the statement was made: ParameterError, SyntaxError.
    void check() const;

    /// What is sent, with the dialect's placeholders.
    std::string_view sql() const noexcept { return text_->text; }
    /// The values of one run, in the order of the placeholders' numbers.
    std::vector<Value> parameters(std::size_t run = 0) const;

    const SqlText& text() const noexcept { return *text_; }
    const std::shared_ptr<const SqlText>& shared_text() const noexcept { return text_; }
    /// How often it is to be run: once, or once per item of execute_many.
    std::size_t runs() const noexcept { return runs_; }
    bool is_many() const noexcept { return many_; }
    /// The number of a run for messages, where it is one of many.
    std::size_t item(std::size_t run) const noexcept { return first_item_ + run * items_in_a_run_; }
    /// "item 5: " or "items 32 to 63: ", for the beginning of a message; empty where it is not one of many.
    std::string name_of_item(std::size_t run) const;
    /// Parameter number `index`, counted from 0, of run number `run`.
    detail::Cell parameter(std::size_t index, std::size_t run = 0) const noexcept {
        return values_[run * text_->parameter_count + index];
    }

    /// The values of one run for a developer's eyes: "1: 'Alien', 2: 1979". At most about a thousand characters.
    std::string describe_values(std::size_t run) const;

  private:
    Statement() noexcept;
    static detail::BoundSql bind_text(const StatementRules& rules, std::string_view sql, const Parameters& parameters);
    void bind(const StatementRules& rules, std::string_view sql, Parameters&& parameters);
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
            reorder(first);
            ++runs_;
        }
    }
    void bind_next(const StatementRules& rules, std::string_view sql, Parameters parameters);
    /// The values from `first` on, which are those of one run.
    void reorder(std::size_t first);
    static Pointer empty();
    static Pointer make_bound(const StatementRules& rules, std::string_view sql, const Parameters& parameters);
    static Pointer make_erased(const StatementRules& rules, std::string_view sql,
                               const detail::ErasedArgument* arguments, std::size_t count);
    /// The exception that is being handled is what check() will throw.
    void fail() noexcept;
    void fail_item() noexcept;
    void take(const StatementRules& rules, detail::Shape&& shape, detail::RowValues* rows);
    void take_rows(detail::RowValues& rows, const detail::ParameterBuffer& others);

    std::shared_ptr<const SqlText> text_;
    detail::ParameterBuffer values_;
    std::size_t runs_ = 1;
    std::size_t first_item_ = 0;
    std::size_t items_in_a_run_ = 1;
    bool many_ = false;
    bool has_fixed_shape_ = true;
    std::vector<std::uint32_t> order_;  // of the arguments of one run; empty if they are sent as they came
    std::exception_ptr error_;
};

}  // namespace databased
