#include <databased/error.hpp>
#include <databased/query/functions.hpp>
#include <databased/query/select.hpp>

#include <string>

namespace databased::detail {

void append_and(Shape& out, std::span<const Condition> conditions, Op op) {
    for (const Condition& condition : conditions) out.append(condition.shape());
    out.op(op).number(conditions.size());
}

void throw_negative_count(std::string_view clause) {
    throw ParameterError("the number in " + std::string{clause} + " of a query is negative");
}

}  // namespace databased::detail
