// Another process that uses a database: begins with the SQL of its second argument, says so, and commits when told to.
#include "support/sqlite_file.hpp"

#include <iostream>
#include <string>

int main(int, char** arguments) {
    support::RawDatabase database{arguments[1]};
    database.execute(arguments[2]);
    std::cout << "begun" << std::endl;
    std::string line;
    std::getline(std::cin, line);
    database.execute("COMMIT");
    std::cout << "committed" << std::endl;
}
