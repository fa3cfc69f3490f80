#include "raw_values.hpp"

#include "support/postgresql_server.hpp"

#include <databased/codec.hpp>
#include <databased/detail/array_block.hpp>

#include <bit>
#include <sstream>
#include <stdexcept>

namespace support {

namespace {

using databased::ValueKind;
using databased::detail::ArrayView;
using databased::detail::Cell;
using databased::postgresql::Decode;
using databased::postgresql::ParameterList;
using databased::postgresql::TypeReader;

struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

Result checked(Result result) {
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) throw std::runtime_error(PQresultErrorMessage(result.get()));
    if (PQntuples(result.get()) != 1 || PQnfields(result.get()) != 1) throw std::runtime_error("not one value");
    return result;
}

Result run(PGconn* connection, const std::string& sql, WireFormat format) {
    return checked(
        Result{PQexecParams(connection, sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, static_cast<int>(format))});
}

ReadValue read_by(const TypeReader& reader, const PGresult* result, WireFormat format) {
    ReadValue value{PQftype(result, 0)};
    if (PQgetisnull(result, 0, 0) != 0) return value;
    const Decode decode = format == WireFormat::text ? reader.text : reader.binary;
    if (decode == nullptr) throw std::runtime_error("the type has no reader for that format");
    value.read(decode, {PQgetvalue(result, 0, 0), static_cast<std::size_t>(PQgetlength(result, 0, 0))});
    return value;
}

ReadValue read_builtin(const PGresult* result, WireFormat format) {
    const TypeReader* const reader = databased::postgresql::find_builtin_reader(PQftype(result, 0));
    if (reader == nullptr) throw std::runtime_error("no built-in type " + std::to_string(PQftype(result, 0)));
    return read_by(*reader, result, format);
}

void describe(std::ostream& out, const Cell& cell) {
    out << name_of(cell.kind) << ' ';
    if (cell.kind == ValueKind::array) {
        const ArrayView array{cell.text()};
        for (std::size_t i = 0; i < array.rank(); ++i) {
            out << '[' << array.dimension(i).lower_bound << ", " << array.dimension(i).size << ']';
        }
        for (std::size_t i = 0; i < array.size(); ++i) describe(out << " | ", array[i]);
    } else if (cell.kind == ValueKind::real) {
        out << std::hex << std::bit_cast<std::uint64_t>(cell.real) << std::dec;
    } else if (cell.has_data()) {
        for (const char byte : cell.text()) {
            const bool is_plain = byte >= ' ' && byte != '\x7f';
            is_plain ? out << byte : out << '\\' << static_cast<unsigned>(static_cast<unsigned char>(byte));
        }
    } else {
        out << cell.integer;
    }
}

}  // namespace

databased::Value ReadValue::value() const { return as<databased::Value>(); }

std::string ReadValue::description() const {
    std::ostringstream out;
    describe(out, cell_);
    return out.str();
}

RawValues::RawValues() : connection_(postgresql_server().to_string_with_password()) {}

ReadValue RawValues::read(const std::string& sql, WireFormat format) {
    return read_builtin(run(connection_.handle(), sql, format).get(), format);
}

ReadValue RawValues::read(const std::string& sql, const ParameterList& parameters, WireFormat format) {
    const Result result = checked(Result{
        PQexecParams(connection_.handle(), sql.c_str(), parameters.size(), parameters.types().data(),
                     parameters.values(), parameters.lengths(), parameters.formats(), static_cast<int>(format))});
    return read_builtin(result.get(), format);
}

ReadValue RawValues::read(const std::string& sql, const databased::postgresql::TypeInfo& type, WireFormat format) {
    const Result result = run(connection_.handle(), sql, format);
    return read_by(databased::postgresql::reader_of(type), result.get(), format);
}

std::string literal(std::string_view text) {
    std::string quoted = "E'";
    for (const char character : text) {
        if (character == '\'' || character == '\\') quoted += '\\';
        quoted += character;
    }
    return quoted + '\'';
}

}  // namespace support
