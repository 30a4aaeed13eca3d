"""PSB2's problems in C++: what stands between reading and printing, by the problem's name.

`a`, `b`, `c`, `d` are the inputs in their order; `print` takes the outputs in theirs.
"""

from __future__ import annotations

HEAD = """\
#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <limits>
#include <set>
#include <sstream>
#include <string>
#include <vector>
using namespace std;

string line() { string text; getline(cin, text); return text; }
template <class T> T number() { T value; istringstream(line()) >> value; return value; }
template <class T> vector<T> numbers() {
    line();
    istringstream words(line());
    vector<T> found;
    for (T value; words >> value;) found.push_back(value);
    return found;
}
template <class T> void one(const T& value) { cout << value << "\\n"; }
void one(bool value) { cout << (value ? "True" : "False") << "\\n"; }
template <class T> void one(const vector<T>& values) {
    cout << values.size() << "\\n";
    for (size_t i = 0; i < values.size(); i++) cout << (i ? " " : "") << values[i];
    cout << "\\n";
}
template <class... T> void print(const T&... values) { (one(values), ...); }

"""

READ = {
    "int": "number<long long>()",
    "float": "number<double>()",
    "str": "line()",
    "list[int]": "numbers<long long>()",
    "list[float]": "numbers<double>()",
}

BODIES = {
    "basement": """
long long total = 0, at = 0;
while (at < (long long)a.size() && (total += a[at]) >= 0) at++;
print(at < (long long)a.size() ? at : -1);
""",
    "bouncing-balls": """
double ratio = b / a, distance = 0;
for (; c > 0; c--, a *= ratio) distance += a + a * ratio;
print(distance);
""",
    "bowling": """
vector<int> pins;
for (char bowl : a)
    if (bowl == 'X') pins.push_back(10);
    else if (bowl == '/') pins.push_back(10 - pins.back());
    else pins.push_back(bowl == '-' ? 0 : bowl - '0');
int score = 0, at = 0;
for (int frame = 0; frame < 10; frame++) {
    bool strike = a[at] == 'X', spare = !strike && a[at + 1] == '/';
    score += pins[at] + pins[at + 1] + (strike || spare ? pins[at + 2] : 0);
    at += strike ? 1 : 2;
}
print(score);
""",
    "camel-case": """
string out;
for (size_t i = 0; i < a.size(); i++) {
    if (a[i] == '-') continue;
    out += i && a[i - 1] == '-' ? (char)toupper(a[i]) : a[i];
}
print(out);
""",
    "coin-sums": """
print(a % 25 % 10 % 5, a % 25 % 10 / 5, a % 25 / 10, a / 25);
""",
    "cut-vector": """
long long left = 0, right = 0, best = 0;
size_t place = 0;
for (long long value : a) right += value;
best = right;
for (size_t cut = 1; cut <= a.size(); cut++) {
    left += a[cut - 1];
    right -= a[cut - 1];
    if (llabs(left - right) <= best) best = llabs(left - right), place = cut;
}
print(vector<long long>(a.begin(), a.begin() + place),
      vector<long long>(a.begin() + place, a.end()));
""",
    "dice-game": """
double wins = 0;
for (long long peter = 1; peter <= a; peter++) wins += min(peter - 1, b);
print(wins / ((double)a * b));
""",
    "find-pair": """
for (size_t i = 0; i < a.size(); i++)
    for (size_t j = i + 1; j < a.size(); j++)
        if (a[i] + a[j] == b) {
            print(a[i], a[j]);
            return 0;
        }
""",
    "fizz-buzz": """
string out = string(a % 3 ? "" : "Fizz") + (a % 5 ? "" : "Buzz");
print(out.empty() ? to_string(a) : out);
""",
    "fuel-cost": """
long long total = 0;
for (long long mass : a) total += mass / 3 - 2;
print(total);
""",
    "gcd": """
while (b) {
    long long rest = a % b;
    a = b;
    b = rest;
}
print(a);
""",
    "indices-of-substring": """
vector<long long> found;
for (size_t at = a.find(b); at != string::npos; at = a.find(b, at + 1)) found.push_back(at);
print(found);
""",
    "leaders": """
vector<long long> found;
for (auto value = a.rbegin(); value != a.rend(); value++)
    if (found.empty() || *value >= found.back()) found.push_back(*value);
reverse(found.begin(), found.end());
print(found);
""",
    "luhn": """
long long total = 0;
for (size_t i = 0; i < a.size(); i++) {
    long long digit = i % 2 ? a[i] : 2 * a[i];
    total += digit > 9 ? digit - 9 : digit;
}
print(total);
""",
    "mastermind": """
int black = 0, either = 0;
for (size_t i = 0; i < a.size(); i++) black += a[i] == b[i];
for (char color : set<char>(a.begin(), a.end()))
    either += min(count(a.begin(), a.end(), color), count(b.begin(), b.end(), color));
print(either - black, black);
""",
    "middle-character": """
print(a.substr((a.size() - 1) / 2, a.size() % 2 ? 1 : 2));
""",
    "paired-digits": """
int total = 0;
for (size_t i = 0; i + 1 < a.size(); i++)
    if (a[i] == a[i + 1]) total += a[i] - '0';
print(total);
""",
    "shopping-list": """
double total = 0;
for (size_t i = 0; i < a.size(); i++) total += a[i] * (100 - b[i]) / 100;
print(round(total * 100) / 100);
""",
    "snow-day": """
for (; a > 0; a--) b = b - b * d + c;
print(b);
""",
    "solve-boolean": """
bool value = tolower(a[0]) == 't';
for (size_t i = 1; i < a.size(); i += 2) {
    bool operand = tolower(a[i + 1]) == 't';
    value = a[i] == '&' ? value && operand : value || operand;
}
print(value);
""",
    "spin-words": """
for (size_t start = 0; start < a.size();) {
    size_t end = min(a.find(' ', start), a.size());
    if (end - start >= 5) reverse(a.begin() + start, a.begin() + end);
    start = end + 1;
}
print(a);
""",
    "square-digits": """
string out;
for (char digit : to_string(a)) out += to_string((digit - '0') * (digit - '0'));
print(out);
""",
    "substitution-cipher": """
for (char& letter : c) letter = b[a.find(letter)];
print(c);
""",
    "twitter": """
if (a.empty()) print("You didn't type anything");
else if (a.size() > 140) print("Too many characters");
else print("Your tweet has " + to_string(a.size()) + " characters");
""",
    "vector-distance": """
double squares = 0;
for (size_t i = 0; i < a.size(); i++) squares += (a[i] - b[i]) * (a[i] - b[i]);
print(sqrt(squares));
""",
}


def program(name: str, inputs: tuple[str, ...]) -> str:
    """inputs: their types in Python's words."""
    read = [f"auto {letter} = {READ[kind]};" for letter, kind in zip("abcd", inputs, strict=False)]
    lines = ["cout << setprecision(17);", *read, *BODIES[name].strip().split("\n")]
    body = "".join(f"    {line}\n" for line in lines)
    return f"{HEAD}int main() {{\n{body}}}\n"
