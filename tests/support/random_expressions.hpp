// Expressions made at random, together with what they are in C++: the meaning that databases are compared with.
#pragma once

#include <databased/databased.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace support {

struct Sample {
    std::int64_t id;
    std::int64_t big;
    int small;
    std::optional<int> maybe;
    double real;
    std::optional<double> maybe_real;
    std::string text;
    std::optional<std::string> maybe_text;
};

inline const databased::Table samples = databased::table<Sample>("samples", databased::primary_key(&Sample::id));

/// Sixteen rows with what is special about each type.
std::vector<Sample> sample_rows();

/// Thrown where a database reports an error.
struct Overflow {
    bool may_be_null = false;  ///< Beside NULL: PostgreSQL does not compute it if it knows that NULL beforehand.
};

/// An expression, and what it is for a row.

template <class T>
struct Meaning {
    databased::Expression<std::optional<T>> expression;
    std::function<std::optional<T>(const Sample&)> of;
};

class RandomExpressions {
  public:
    explicit RandomExpressions(unsigned seed) : random_(seed) {}

    /// Over integers near the ends of 64 bits, too.
    Meaning<std::int64_t> large_integer(int depth);
    /// Over integers that stay small.
    Meaning<std::int64_t> integer(int depth);
    Meaning<double> real(int depth);
    Meaning<std::string> text(int depth);
    Meaning<bool> condition(int depth);
    int below(int end) { return std::uniform_int_distribution<int>{0, end - 1}(random_); }

  private:
    Meaning<std::int64_t> integer_leaf();
    Meaning<std::int64_t> integer_of_others(int depth);
    Meaning<std::string> text_leaf();
    Meaning<bool> comparison(int depth);
    Meaning<bool> text_condition(int depth);

    std::mt19937 random_;
};

}  // namespace support
