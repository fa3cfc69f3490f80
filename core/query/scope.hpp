// What the expressions of one query can name.
#pragma once

#include "query/tree.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace databased::detail {

/// Where in a statement an expression stands.
enum class Clause : std::uint8_t { none, join, where, group_by, set, values, items, having, order_by, returning };

/// "where()": for messages.
std::string_view name_of(Clause clause) noexcept;

/// Of a query, or of the inside of a raw(). Queries in expressions lie in the scope that they stand in.
class Scope {
  public:
    enum class Kind : std::uint8_t { query, raw };

    explicit Scope(Scope* outer, Kind kind = Kind::query) noexcept
        : outer_(outer), depth_(outer == nullptr ? 0 : outer->depth_ + 1), kind_(kind) {}

    /// Throws UsageError if there is one of that name.
    void add(const Node& source);
    /// The source that a column names here; null if there is none.
    const Node* find(const Node& column) const noexcept;
    bool has_sources() const noexcept { return !sources_.empty(); }

    Scope* outer() const noexcept { return outer_; }
    int depth() const noexcept { return depth_; }
    /// What the SQL of a raw() names is not known.
    bool is_raw() const noexcept { return kind_ == Kind::raw; }

    void enter(Clause clause) noexcept { clause_ = clause; }
    Clause clause() const noexcept { return clause_; }
    /// Whether it stands where a query is about groups, if it has any.
    bool is_about_groups() const noexcept { return clause_ >= Clause::items && clause_ <= Clause::order_by; }
    bool shows_columns() const noexcept { return clause_ >= Clause::items; }

    void note_aggregate() noexcept;
    bool has_aggregates() const noexcept { return has_aggregates_; }
    bool selects_aggregates() const noexcept { return selects_aggregates_; }
    /// A column of this query that it shows, and that is in none of its aggregates.
    void note_column(const Node& column) { columns_.push_back(&column); }
    const std::vector<const Node*>& columns() const noexcept { return columns_; }

  private:
    Scope* outer_;
    int depth_;
    Kind kind_;
    Clause clause_ = Clause::none;
    bool has_aggregates_ = false;
    bool selects_aggregates_ = false;
    std::vector<const Node*> sources_{};
    std::vector<const Node*> columns_{};
};

}  // namespace databased::detail
