// error: a field cannot be read as this type
#include <databased/databased.hpp>

struct Temperature {
    double kelvin;
};

Temperature read(const databased::Row& row) { return row["celsius"].as<Temperature>(); }
