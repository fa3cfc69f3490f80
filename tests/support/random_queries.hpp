// Queries made at random, right and wrong ones: what they name, group, order and lock.
#pragma once

#include "support/cinema.hpp"

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

namespace support {

/// Over the tables of cinema.hpp. None fails because of the values that it meets.
class RandomQueries {
  public:
    using Number = databased::Expression<std::optional<std::int64_t>>;
    using Query = databased::Select<Number, Number>;

    explicit RandomQueries(unsigned seed) : random_(seed) {}

    /// With other queries in it, `depth` deep.
    Query query(int depth);

  private:
    enum Source { all_movies, other_movies, all_directors, all_seats, sources };

    int below(int end) { return std::uniform_int_distribution<int>{0, end - 1}(random_); }
    bool one_in(int times) { return below(times) == 0; }

    Source visible_source();
    Number column(Source source);
    Number column() { return column(visible_source()); }
    Number computed(int depth);
    Number aggregate(int depth);
    /// What a query shows: of its groups mostly what it is grouped by, and aggregates.
    Number shown(const std::vector<Number>& groups, bool aggregates, int depth);
    databased::Condition condition(const Number& left, int depth);
    static Query from(Query query, Source source);
    Query join(Query query, Source source, int depth);
    Query grouped(Query query, const std::vector<Number>& groups, bool aggregates, int depth);
    Query ordered(Query query, const std::vector<Number>& shown, const std::vector<Number>& groups, bool aggregates,
                  int depth);

    std::mt19937 random_;
    std::vector<Source> visible_{};
};

}  // namespace support
