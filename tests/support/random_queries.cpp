#include "support/random_queries.hpp"

#include <cstddef>
#include <utility>

namespace support {

using namespace databased;

namespace {

using Number = RandomQueries::Number;

const auto other = movies.as<"other">();

template <class E>
Number number(const E& expression) {
    return Number{databased::detail::Shape{expression.shape()}};
}

}  // namespace

RandomQueries::Source RandomQueries::visible_source() {
    if (visible_.empty() || one_in(30)) return static_cast<Source>(below(sources));
    const auto place = static_cast<std::size_t>(below(static_cast<int>(visible_.size())));
    return visible_[place];
}

Number RandomQueries::column(Source source) {
    switch (source) {
        case all_movies:
            if (one_in(3)) return number(movies[&Movie::director_id]);
            return one_in(2) ? number(movies[&Movie::id]) : number(movies[&Movie::year]);
        case other_movies:
            return one_in(2) ? number(other[&Movie::id]) : number(other[&Movie::year]);
        case all_directors:
            return one_in(2) ? number(directors[&Director::id]) : number(length(directors[&Director::name]));
        default:
            return one_in(2) ? number(seats[&Seat::number]) : number(length(seats[&Seat::hall]));
    }
}

Number RandomQueries::computed(int depth) {
    switch (below(depth > 0 ? 7 : 4)) {
        case 0:
            return number(value(std::int64_t{below(3)}));
        case 1:
            return number(column() / (2 + below(2)));
        case 2:
        case 3:
            return column();
        case 4:
            return number(case_when(exists(query(depth - 1)), 1).otherwise(2));
        case 5:
            return number(coalesce(column(), column()));
        default:
            visible_.push_back(all_seats);
            const auto inside = column();
            visible_.pop_back();
            return number(select(max(inside)).from(seats).scalar());
    }
}

Number RandomQueries::aggregate(int depth) {
    switch (below(6)) {
        case 0:
            return number(count());
        case 1:
            return number(count(column()).filter(condition(column(), 0)));
        case 2:
            return number(count_distinct(computed(depth)));
        case 3:
            return number(max(one_in(12) ? aggregate(0) : computed(0)) / 2);
        default:
            return number(min(column()));
    }
}

Number RandomQueries::shown(const std::vector<Number>& groups, bool aggregates, int depth) {
    if (aggregates && one_in(2)) return aggregate(depth);
    if (!groups.empty() && !one_in(12)) {
        const Number& group = groups[static_cast<std::size_t>(below(static_cast<int>(groups.size())))];
        return one_in(3) ? number(coalesce(group, 0)) : group;
    }
    if (aggregates && !one_in(4)) return number(value(std::int64_t{1}));
    return one_in(30) ? aggregate(0) : computed(depth);
}

Condition RandomQueries::condition(const Number& left, int depth) {
    if (depth > 0 && one_in(4)) return exists(query(depth - 1));
    if (one_in(3)) return left < below(4);
    return left == (one_in(25) ? aggregate(0) : computed(0));
}

RandomQueries::Query RandomQueries::from(Query query, Source source) {
    switch (source) {
        case all_movies:
            return query.from(movies);
        case other_movies:
            return query.from(other);
        case all_directors:
            return query.from(directors);
        default:
            return query.from(seats);
    }
}

RandomQueries::Query RandomQueries::join(Query query, Source source, int depth) {
    const auto on = condition(column(), depth);
    const auto to = [&](const auto& table) { return one_in(2) ? query.join(table, on) : query.left_join(table, on); };
    switch (source) {
        case all_movies:
            return to(movies);
        case other_movies:
            return to(other);
        case all_directors:
            return to(directors);
        default:
            return to(seats);
    }
}

RandomQueries::Query RandomQueries::grouped(Query query, const std::vector<Number>& groups, bool aggregates,
                                            int depth) {
    for (const Number& group : groups) query = query.group_by(group);
    if (one_in(4)) query = query.having(condition(shown(groups, aggregates, depth), depth));
    return query;
}

RandomQueries::Query RandomQueries::ordered(Query query, const std::vector<Number>& selected,
                                            const std::vector<Number>& groups, bool aggregates, int depth) {
    const bool is_distinct = one_in(4);
    if (is_distinct) query = query.distinct();
    for (int i = below(3); i > 0; --i) {
        const bool is_selected = is_distinct && !one_in(4);
        query = query.order_by(is_selected ? selected[static_cast<std::size_t>(below(2))]
                                           : shown(groups, aggregates, depth));
    }
    return query;
}

RandomQueries::Query RandomQueries::query(int depth) {
    const auto around = visible_;
    const auto first = static_cast<Source>(below(sources));
    const auto second = static_cast<Source>(below(sources));
    const bool joins = one_in(2);
    visible_.push_back(first);
    if (joins) visible_.push_back(second);
    const bool aggregates = one_in(3);
    std::vector<Number> groups;
    for (int i = one_in(2) ? 1 + below(2) : 0; i > 0; --i) groups.push_back(one_in(2) ? column() : computed(depth));
    const auto left = shown(groups, aggregates, depth);
    const std::vector<Number> selected{left, shown(groups, aggregates, depth)};
    Query query = from(select(selected[0], selected[1]), first);
    if (joins) query = join(std::move(query), second, depth);
    if (one_in(2)) query = query.where(condition(column(), depth));
    query = grouped(std::move(query), groups, aggregates, depth);
    query = ordered(std::move(query), selected, groups, aggregates, depth);
    if (one_in(6)) query = query.limit(below(4));
    visible_ = around;
    return query;
}

}  // namespace support
