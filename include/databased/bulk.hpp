// Bulk inserts: what they may be told, and where their rows come from.
#pragma once

#include <databased/detail/callback.hpp>
#include <databased/detail/export.hpp>
#include <databased/detail/owner.hpp>
#include <databased/detail/range.hpp>
#include <databased/parameters.hpp>
#include <databased/query/table.hpp>
#include <databased/task.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace databased {

/// How far a bulk insert is.
struct BulkProgress {
    std::int64_t rows = 0;   ///< That the database has taken.
    std::int64_t bytes = 0;  ///< Of their values.
};

/// What bulk_insert() may be told beside its rows.
class DATABASED_API BulkOptions {
  public:
    BulkOptions() noexcept;
    BulkOptions(const BulkOptions& other);
    BulkOptions(BulkOptions&& other) noexcept;
    BulkOptions& operator=(const BulkOptions& other);
    BulkOptions& operator=(BulkOptions&& other) noexcept;
    ~BulkOptions();

    /// The columns that the rows have values for, in the order of these: of tuples and single values; of a struct if
    /// they are not named as its members.
    template <std::convertible_to<std::string_view>... Names>
    BulkOptions& columns(const Names&... names) {
        columns_.clear();
        (columns_.emplace_back(std::string_view{names}), ...);
        return *this;
    }
    BulkOptions& columns(std::vector<std::string> names);
    /// `hook` is called after each part of the rows that was handed over: what is refused may be told later (README).
    /// What it throws ends the insert.
    BulkOptions& on_progress(detail::Callback<void(const BulkProgress&)> hook);

    const std::vector<std::string>& columns() const noexcept { return columns_; }
    const detail::Callback<void(const BulkProgress&)>& on_progress() const noexcept { return on_progress_; }

  private:
    std::vector<std::string> columns_;
    detail::Callback<void(const BulkProgress&)> on_progress_;
};

namespace detail {

/// A part of the rows on their way: the values of whole rows, one behind the other.
struct BulkRows {
    ParameterBuffer values{};
    std::size_t rows = 0;
    std::size_t granule = 1;  ///< So many rows go together, where that does not take too much memory.

    static constexpr std::size_t full_size = std::size_t{64} * 1024;
    std::size_t size() const noexcept { return values.size() * sizeof(Cell) + values.bytes(); }
    bool is_full() const noexcept { return size() >= full_size && (rows % granule == 0 || size() >= 16 * full_size); }
    /// Keeps its memory.
    void clear() noexcept {
        values.clear();
        rows = 0;
    }
};

/// Gives the rows of a bulk insert in parts.
class DATABASED_API BulkSource {
  public:
    virtual ~BulkSource();
    /// Appends rows until there are enough of them, or none are left. Where it throws, that is about row `out.rows`.
    virtual Task<> fill(BulkRows& out) = 0;
};

/// Values in a row: a struct's columns, a tuple's elements, or one.
template <class T>
consteval std::size_t bulk_width() {
    if constexpr (ItemTuple<T>) {
        return std::tuple_size_v<T>;
    } else if constexpr (MappedStruct<T>) {
        return member_count<T>();
    } else {
        return 1;
    }
}

template <class T>
void append_bulk_row(BulkRows& out, const T& row, std::size_t left_out) {
    std::size_t place = 0;
    visit_item(row, [&](std::string_view, const auto& value) {
        using Written = std::remove_cvref_t<decltype(value)>;
        static_assert(Writable<Written>,
                      "databased: a row of a bulk insert has a value of a type that no column has; specialise "
                      "databased::Codec for it, or include <databased/json.hpp> for Json");
        if constexpr (Writable<Written>) {
            if (place++ != left_out) Native<Written>::write(out.values, value);
        }
    });
    ++out.rows;
}

/// The names of a struct's members; none for rows that have no names.
template <class T>
std::vector<std::string> bulk_columns() {
    std::vector<std::string> names;
    if constexpr (MappedStruct<T>) {
        for (const std::string_view name : member_names<T>()) names.emplace_back(name);
    }
    return names;
}

/// R is a reference where the range was an lvalue.
template <class R>
class BulkRange final : public BulkSource {
  public:
    BulkRange(R&& range, std::size_t left_out) : range_(std::forward<R>(range)), left_out_(left_out) {}

    Task<> fill(BulkRows& out) override {
        if (!next_) next_.emplace(range_access::begin_of(range_));
        for (; !out.is_full() && *next_ != range_access::end_of(range_); ++*next_) {
            append_bulk_row(out, static_cast<const range_value<R>&>(**next_), left_out_);
        }
        co_return;
    }

  private:
    using Iterator = std::remove_cvref_t<decltype(range_access::begin_of(std::declval<std::remove_reference_t<R>&>()))>;

    R range_;
    std::size_t left_out_;
    std::optional<Iterator> next_;
};

template <class>
inline constexpr bool gives_optional = false;
template <class T>
inline constexpr bool gives_optional<Task<std::optional<T>>> = true;

/// `Task<std::optional<T>> producer()`: one row after another; nothing at the end.
template <class F>
concept BulkProducer = requires(F& producer) { requires gives_optional<std::remove_cvref_t<decltype(producer())>>; };

template <BulkProducer F>
using produced_row = typename task_result<std::remove_cvref_t<decltype(std::declval<F&>()())>>::value_type;

/// F is a reference where the producer was an lvalue.
template <class F>
class ProducedBulk final : public BulkSource {
  public:
    ProducedBulk(F&& producer, std::size_t left_out) : producer_(std::forward<F>(producer)), left_out_(left_out) {}

    Task<> fill(BulkRows& out) override {
        while (!out.is_full() && !has_ended_) {
            const std::optional<produced_row<std::remove_reference_t<F>>> row = co_await producer_();
            has_ended_ = !row.has_value();
            if (row) append_bulk_row(out, *row, left_out_);
        }
    }

  private:
    F producer_;
    std::size_t left_out_;
    bool has_ended_ = false;
};

template <class S>
concept BulkRowSource = Range<S> || BulkProducer<std::remove_reference_t<S>>;

template <class S>
struct BulkRowOf {
    using type = range_value<S>;
};
template <class S>
    requires BulkProducer<std::remove_reference_t<S>>
struct BulkRowOf<S> {
    using type = produced_row<std::remove_reference_t<S>>;
};

/// A bulk insert as it was asked for.
struct DATABASED_API BulkInsert {
    BulkInsert(std::string_view table_name, BulkOptions how);
    BulkInsert(std::shared_ptr<const TableDefinition> table_definition, BulkOptions how);
    ~BulkInsert();

    std::string table;                                    ///< Perhaps with a schema and a dot before it.
    std::shared_ptr<const TableDefinition> definition{};  ///< In the place of that.
    BulkOptions options;
    std::vector<std::string> names{};  ///< Of the rows' values; none where they have no names.
    std::size_t width = 0;             ///< Values in a row.
    bool has_producer = false;         ///< Its rows are waited for.
    Owner<BulkSource> source{};
};

/// The names of the table's own columns are its definition's; `left_out` is the place of its identity.
template <class S, class Table>
Owner<BulkInsert> make_bulk(const Table& table, S&& rows, BulkOptions options, std::vector<std::string> own_names,
                            std::size_t left_out) {
    using Row = typename BulkRowOf<S>::type;
    constexpr bool is_produced = !Range<S>;
    Owner<BulkInsert> insert{new BulkInsert{table, std::move(options)}};
    insert->names = own_names.empty() ? bulk_columns<Row>() : std::move(own_names);
    insert->width = bulk_width<Row>() - (left_out == no_place ? 0 : 1);
    insert->has_producer = is_produced;
    if constexpr (is_produced) {
        insert->source = Owner<BulkSource>{new ProducedBulk<S>{std::forward<S>(rows), left_out}};
    } else {
        insert->source = Owner<BulkSource>{new BulkRange<S>{std::forward<S>(rows), left_out}};
    }
    return insert;
}

/// Of a table of Ts: its structs are inserted as insert_into() does it, other rows by their own names.
template <class T, class S>
Owner<BulkInsert> make_bulk_of(const Table<T>& table, S&& rows, BulkOptions options) {
    std::vector<std::string> names;
    std::size_t left_out = no_place;
    if constexpr (std::same_as<typename BulkRowOf<S>::type, T>) {
        const TableDefinition& definition = table.definition();
        left_out = identity_place(definition);
        for (std::size_t place = 0; place < column_count(definition); ++place) {
            if (place != left_out) names.emplace_back(column_name(definition, place));
        }
    }
    return make_bulk<S>(table.shared_definition(), std::forward<S>(rows), std::move(options), std::move(names),
                        left_out);
}

}  // namespace detail
}  // namespace databased
