// All that needs the JSON library, so that programs without JSON are linked without it.
#include "values/hexadecimal.hpp"

#include <databased/codec.hpp>
#include <databased/detail/array_block.hpp>
#include <databased/error.hpp>
#include <databased/row.hpp>

#include <nlohmann/json.hpp>

namespace databased {

namespace detail {

namespace {

Json json_of(const FieldView& field);

Json list_of(const FieldView& field, const ArrayView& array, std::size_t depth, std::size_t& next) {
    Json list = Json::array();
    for (std::int32_t i = 0; i < array.dimension(depth).size; ++i) {
        if (depth + 1 < array.rank()) {
            list.push_back(list_of(field, array, depth + 1, next));
        } else {
            const Cell cell = array[next++];
            list.push_back(json_of(FieldView{&cell, field.columns, field.index}));
        }
    }
    return list;
}

Json json_of_array(const FieldView& field) {
    const ArrayView array{field.cell->text()};
    std::size_t next = 0;
    return array.rank() == 0 ? Json::array() : list_of(field, array, 0, next);
}

Json json_of(const FieldView& field) {
    const Cell& cell = *field.cell;
    switch (cell.kind) {
        case ValueKind::null:
            return nullptr;
        case ValueKind::boolean:
            return cell.integer != 0;
        case ValueKind::integer:
            return cell.integer;
        case ValueKind::real:
            return cell.real;
        case ValueKind::bytes:
            return hexadecimal_of(cell.text());
        case ValueKind::json:
            return read_json(field);
        case ValueKind::array:
            return json_of_array(field);
        default:
            return read_string(field);
    }
}

}  // namespace

Json read_json(const FieldView& field) {
    Json document = Json::parse(read_json_text(field).text, nullptr, false);
    if (document.is_discarded()) throw_cannot_read(field, "Json", "the text is no JSON document");
    return document;
}

void write_json(ParameterBuffer& out, const Json& value) {
    try {
        write_json_text(out, value.dump());
    } catch (const Json::exception&) {
        throw ParameterError("a JSON argument contains text that is not UTF-8");
    }
}

}  // namespace detail

Json Value::to_json() const {
    const detail::Cell cell = detail::cell_of(*this);
    return detail::json_of(detail::FieldView{&cell, nullptr, 0});
}

Json Row::to_json() const {
    Json object = Json::object();
    for (std::size_t i = 0; i < size(); ++i) {
        object[columns()[i].name] = detail::json_of(detail::FieldView{cells_ + i, columns_or_none(), i});
    }
    return object;
}

}  // namespace databased
