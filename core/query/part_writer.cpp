#include "query/part_writer.hpp"

#include "query/query_writer.hpp"

#include <databased/error.hpp>

#include <string>

namespace databased::detail {

PartWriter::PartWriter(QueryWriter& writers) noexcept : writers_(writers), out_(writers.out) {}

void PartWriter::refuse_decimal(const Node& node, std::string_view what) const {
    if (features().exact_decimals || node.type != SqlType::decimal) return;
    throw NotSupportedError(std::string{dialect().name()} + " stores a Decimal as text and cannot " +
                            std::string{what} + " it exactly; use integers (cents), or PostgreSQL");
}

void PartWriter::write(const Node& node, int level) { writers_.expressions.write(node, level); }

void PartWriter::write_beside(const Node& node, int level) {
    if (node.op != Op::value) return write(node, level);
    writers_.expressions.write_bare_value(node);
}

void PartWriter::write_list(std::span<const Node> nodes, std::string_view separator, int level) {
    for (const Node& node : nodes) {
        if (&node != nodes.data()) out_ += separator;
        write(node, level);
    }
}

}  // namespace databased::detail
