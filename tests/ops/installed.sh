# Runs in a booted container, as root: installs both packages; makes each party as its own user, the
# log on PostgreSQL and S3, the portal of two nodes on both; starts all by systemd behind Caddy with
# certificates of the city's own authority; goes through the whole journey, and through faults.
# $PLACE has packages, a photo, SeaweedFS, the authority and a certificate for each name.
set -euo pipefail
cd "$PLACE"
says() { echo "::$*"; }
# A command of a party: as its user, with what its unit is told.
as() (
  user=$1 told=/etc/habeas/${1#habeas-}.env
  shift
  set -a
  [ ! -e "$told" ] || . "$told"
  set +a
  exec setpriv "--reuid=$user" "--regid=$user" --clear-groups env "HOME=/var/lib/$user" "$@"
)
ask() { curl --silent --show-error --fail --max-time 60 --header "Host: ${2:-}" --output /dev/null "$1"; }
# Wait until it says that all is well, or that something is wrong.
green() { until ask "$@" 2>/dev/null; do sleep 1; done; }
red() { while ask "$@" 2>/dev/null; do sleep 1; done; }
city=photos.city.example
nodes() { "$1" https://$city:8000/readyz $city; "$1" https://$city:8010/readyz $city; }

says install
dpkg --install ./*.deb
for unit in habeas-trustee habeas-log habeas-hours-log habeas-portal habeas-portal-worker habeas-cameras; do
  systemctl start "$unit" # nothing is there: it stays down, and that is no failure
  test "$(systemctl is-active "$unit")" = inactive
done

says names and certificates
grep --quiet localhost /etc/hosts || echo "127.0.0.1 localhost" >>/etc/hosts
for folder in tls/*; do echo "127.0.0.1 ${folder#tls/}" >>/etc/hosts; done
install -m 0644 authority.pem /etc/ssl/city.pem
export SSL_CERT_FILE=/etc/ssl/city.pem
cp -a tls /etc/caddy/tls
chown -R caddy:caddy /etc/caddy/tls
certified() { echo "	tls /etc/caddy/tls/$1/tls.pem /etc/caddy/tls/$1/tls.key"; }
sed "s,^	encode zstd gzip\$,$(certified $city)\n&," /usr/share/doc/habeas/proxy/Caddyfile >/etc/caddy/Caddyfile
# Nothing goes in the clear, on this machine either: each service has a certificate of its own, for
# the server in front (docs/operate/tls.md).
own() {
  user=$1 called=$2 name=$3
  install -D -m 0644 "tls/$name/tls.pem" "/etc/habeas/tls/$called.pem"
  install -o "$user" -m 0400 "tls/$name/tls.key" "/etc/habeas/tls/$called.key"
  listen="certificate = \"/etc/habeas/tls/$called.pem\"\ncertificate_key = \"/etc/habeas/tls/$called.key\""
}
for party in log hours-log portal; do
  name=$city; [ "$party" = portal ] || name=${party%-log}.city.example
  own "habeas-$party" "$party" "$name"
  printf 'party = "%s"\ndata = "/var/lib/habeas-%s"\n\n[listen]\n%b\n' "${party#hours-}" "$party" "$listen" >"/etc/habeas/$party.toml"
done
# Nothing is unpacked on the way: the log's bundles lie compressed in the store.
behind() {
  printf '%s {\n%s\n\treverse_proxy %s {\n\t\ttransport http {\n\t\t\tcompression off\n\t\t}\n\t}\n}\n' \
    "$1" "$(certified "$1")" "$2" >>/etc/caddy/Caddyfile
}
behind log.city.example https://log.city.example:8001
behind hours.city.example https://hours.city.example:8002
behind store.city.example 127.0.0.1:8333
for n in 1 2 3 4; do behind "trustee-$n.city.example" "https://trustee-$n.city.example:810$n"; done
cat >>/etc/caddy/Caddyfile <<EOF_
journal.city.example:19532 {
	tls /etc/caddy/tls/journal.city.example/tls.pem /etc/caddy/tls/journal.city.example/tls.key {
		client_auth {
			mode require_and_verify
			trusted_ca_cert_file /etc/ssl/city.pem
		}
	}
	reverse_proxy 127.0.0.1:19531
}
EOF_
mkdir -p /etc/systemd/system/caddy.service.d
cat >/etc/systemd/system/caddy.service.d/city.conf <<EOF_
[Service]
Environment=SSL_CERT_FILE=/etc/ssl/city.pem
Environment=HABEAS_SITE=$city "HABEAS_PORTAL=https://$city:8000 https://$city:8010"
EOF_

says database and store
version=$(ls /usr/lib/postgresql)
[ -d "/etc/postgresql/$version/main" ] || pg_createcluster "$version" main
install -d -o postgres -g postgres -m 0700 /etc/postgresql/tls
install -o postgres -g postgres -m 0600 tls/db.city.example/* /etc/postgresql/tls
set_() { pg_conftool "$version" main set "$1" "$2"; }
set_ ssl on
set_ ssl_cert_file /etc/postgresql/tls/tls.pem
set_ ssl_key_file /etc/postgresql/tls/tls.key
# What its own logs must not tell: docs/portal.md, On PostgreSQL.
set_ wal_recycle off
set_ log_statement none
set_ log_parameter_max_length_on_error 0
cat >/etc/systemd/system/weed.service <<EOF_
[Service]
User=nobody
StateDirectory=weed
ExecStart=$PLACE/weed server -dir=/var/lib/weed -ip=127.0.0.1 -ip.bind=127.0.0.1 -s3 -s3.port=8333 \
  -volume.max=100 -master.volumeSizeLimitMB=64 -master.telemetry=false -s3.port.iceberg=0 -s3.port.lance=0
Restart=always
EOF_
systemctl daemon-reload
systemctl restart "postgresql@$version-main" caddy weed
install -d -m 0755 /etc/habeas
echo "SSL_CERT_FILE=/etc/ssl/city.pem" | tee /etc/habeas/trustee.env >/etc/habeas/hours-log.env
echo "HABEAS_CONFIG=/etc/habeas/hours-log.toml" >>/etc/habeas/hours-log.env
for party in log portal; do
  word=$(openssl rand -hex 24)
  runuser -u postgres -- psql --quiet --command "CREATE ROLE $party LOGIN PASSWORD '$word'"
  runuser -u postgres -- createdb --owner "$party" --template template0 --encoding UTF8 --locale C "$party"
  objects=HABEAS_LOG_OBJECTS database=HABEAS_LOG_DATABASE
  [ "$party" = log ] || objects=HABEAS_BLOBS database=HABEAS_DATABASE
  (umask 077 && cat >"/etc/habeas/$party.env") <<EOF_
SSL_CERT_FILE=/etc/ssl/city.pem
HABEAS_CONFIG=/etc/habeas/$party.toml
$database="host=db.city.example user=$party password=$word dbname=$party sslmode=verify-full sslrootcert=/etc/ssl/city.pem"
$objects=s3://$party/all
AWS_ENDPOINT=https://store.city.example
AWS_REGION=us-east-1
AWS_SKIP_SIGNATURE=true
EOF_
  until curl --silent --fail --request PUT --output /dev/null "https://store.city.example/$party"; do sleep 1; done
done

says trustees
# One machine stands for four: further trustees have the packaged unit under other names.
for n in 1 2 3 4; do
  user=habeas-trustee; folder=/var/lib/habeas-trustee
  if [ "$n" != 1 ]; then
    folder=/var/lib/habeas-trustee-$n
    sed "s,^StateDirectory=.*,StateDirectory=habeas-trustee-$n,; s,/var/lib/habeas-trustee/,$folder/," \
      /lib/systemd/system/habeas-trustee.service >"/etc/systemd/system/habeas-trustee-$n.service"
  fi
  install -d -m 0700 -o "$user" -g "$user" "$folder"
  as "$user" habeas-trustee setup --name "trustee-$n.example" --url "https://trustee-$n.city.example" \
    --data "$folder" --port "810$n" --passphrase "$folder/passphrase"
  own "$user" "trustee-$n" "trustee-$n.city.example"
  sed -i "/^\[listen\]/a $listen" "$folder/habeas.toml"
done

says logs, portal, office
# The log of hours is in files of its own, as a small city would have it.
for log in log hours-log; do
  install -d -m 0700 -o "habeas-$log" -g "habeas-$log" "/var/lib/habeas-$log"
  as "habeas-$log" habeas log init --data "/var/lib/habeas-$log" --origin "${log%-log}.city.example" >"$log.vkey"
done
install -d -m 0700 -o habeas-portal -g habeas-portal /var/lib/habeas-portal
as habeas-portal habeas portal init --data /var/lib/habeas-portal --url https://$city >custodian.json
export HABEAS_OFFICE_PASSPHRASE HABEAS_OFFICER_PASSPHRASE
HABEAS_OFFICE_PASSPHRASE=$(openssl rand -hex 24)
HABEAS_OFFICER_PASSPHRASE=$(openssl rand -hex 24)
for office in licensing-office interior-ministry parks-department; do
  habeas office init --data "office-$office" --office "$office" --name "$office" \
    --origin http://localhost:8200 --portal https://$city >"$office.json"
done

says circle
cat >rest.json <<JSON
{"k": 2, "q": 3, "r": 3, "delays": {"circle_seconds": 0, "roster_seconds": 0},
 "log": {"origin": "log.city.example", "url": "https://log.city.example", "vkeys": ["$(cat log.vkey)"]},
 "hours": {"origin": "hours.city.example", "url": "https://hours.city.example", "vkeys": ["$(cat hours-log.vkey)"]},
 "custodian": $(cat custodian.json)}
JSON
habeas trustee circle draft circle.txt --settings rest.json \
  --trustee /var/lib/habeas-trustee/identity.json --trustee /var/lib/habeas-trustee-2/identity.json \
  --trustee /var/lib/habeas-trustee-3/identity.json --trustee /var/lib/habeas-trustee-4/identity.json \
  --office licensing-office.json --office interior-ministry.json --office parks-department.json
chmod 666 circle.txt
chmod 777 .
for act in sign adopt; do
  for n in 1 2 3 4; do
    folder=/var/lib/habeas-trustee; [ "$n" = 1 ] || folder=$folder-$n
    as habeas-trustee habeas-trustee circle $act circle.txt --config "$folder/habeas.toml"
  done
done
for log in log hours-log; do as "habeas-$log" habeas log adopt circle.txt --data "/var/lib/habeas-$log"; done
as habeas-portal habeas portal adopt circle.txt --data /var/lib/habeas-portal

says two nodes
# What they have in common, keys too, is brought to each by its administrator.
cp -a /var/lib/habeas-portal /var/lib/habeas-portal-2
for unit in habeas-portal habeas-portal-worker; do
  sed "s,^StateDirectory=.*,StateDirectory=habeas-portal-2,; s,/var/lib/habeas-portal/,/var/lib/habeas-portal-2/,
    s,habeas-portal-worker,habeas-portal-2-worker,; s,portal serve --data \${STATE_DIRECTORY},& --port 8010," \
    "/lib/systemd/system/$unit.service" >"/etc/systemd/system/${unit/habeas-portal/habeas-portal-2}.service"
done

says start
systemctl daemon-reload
portals="habeas-portal-worker habeas-portal-2-worker habeas-portal habeas-portal-2"
units="habeas-trustee habeas-trustee-2 habeas-trustee-3 habeas-trustee-4 habeas-log habeas-hours-log $portals"
for unit in $units; do systemctl start "$unit"; done
well() {
  for n in 1 2 3 4; do green "https://trustee-$n.city.example/readyz" "trustee-$n.city.example"; done
  for log in log hours; do green "https://$log.city.example/readyz" "$log.city.example"; done
  nodes green
}
for n in 1 2 3 4; do green "https://trustee-$n.city.example/livez" "trustee-$n.city.example"; done
for log in log hours; do green "https://$log.city.example/livez" "$log.city.example"; done
habeas office roster add "O. Petrova" --data office-licensing-office --log https://log.city.example
habeas office publish desk --data office-licensing-office --circle circle.txt
well

says journey
apply() {
  until habeas seal photo.png --portal https://$city --pin circle.txt --receipt "$1" \
    -f full_name="Anna Example" -f date_of_birth=1980-05-17 -f address="1 Forest Lane"; do sleep 1; done
}
opens() {
  reference=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["reference"])' "$1")
  rm -f opened.jpg
  until habeas open "$reference" --purpose decide-application --reason "To decide." --out opened.jpg \
    --key desk/people/*.json --portal https://$city; do sleep 1; done
  test -s opened.jpg
}
whole() { until habeas verify "$1" --pin circle.txt; do sleep 1; done; }
apply receipt.json
opens receipt.json
whole receipt.json
until habeas withdraw receipt.json; do sleep 1; done
apply kept.json

says hardening
for unit in $units; do
  test "$(systemctl is-active "$unit")" = active
  pid=$(systemctl show --property MainPID --value "$unit")
  grep --quiet "^NoNewPrivs:.1" "/proc/$pid/status"
  grep --quiet "^Seccomp:.2" "/proc/$pid/status"
  grep --quiet "^CapBnd:.0000000000000000" "/proc/$pid/status"
  test "$(stat --format %U "/proc/$pid")" = "$(systemctl show --property User --value "$unit")"
  systemd-analyze security --no-pager --threshold=20 "$unit" | tail -1
done
rows=$(runuser -u postgres -- psql --quiet --tuples-only --no-align --command "SELECT count(*) FROM vault_sealedphotorow" portal)
test "$rows" -ge 1 # the packaged portal keeps its tables there, and nowhere else
# Who listens for the server in front speaks TLS and nothing else.
for port in 8000 8010 8001 8002 8101 8102 8103 8104; do
  if curl --silent --output /dev/null --header "Host: $city" "http://127.0.0.1:$port/livez"; then exit 1; fi
done
test ! -e /var/lib/habeas-portal/portal.sqlite3 && test ! -e /var/lib/habeas-log/log.sqlite3

says strangers\' files
# The portal seals this one: its worker has given up all that it does not need, under the unit's filter.
curl --silent --show-error --fail --output /dev/null --form service=hunting-licence --form photo=@photo.png \
  --form fields='{"full_name": "Anna Example", "date_of_birth": "1980-05-17", "address": "1 Forest Lane"}' \
  https://$city/api/applications
if journalctl --quiet --unit=habeas-portal --unit=habeas-portal-2 | grep "keeps more than it needs"; then exit 1; fi

says journal on another machine
# As docs/operate/monitoring.md has it; what receives it stands here too.
journal=journal.city.example
install -D -m 0644 tls/$journal/tls.pem /etc/ssl/journal/upload.pem
install -D -g systemd-journal -m 0640 tls/$journal/tls.key /etc/ssl/journal/upload.key
cat >/etc/systemd/journal-upload.conf <<EOF_
[Upload]
URL=https://$journal:19532
ServerKeyFile=/etc/ssl/journal/upload.key
ServerCertificateFile=/etc/ssl/journal/upload.pem
TrustedCertificateFile=/etc/ssl/city.pem
EOF_
instead() { mkdir -p "/etc/systemd/system/$1.d" && printf '[%s]\n%s=\n%s=%s\n' "$2" "$3" "$3" "$4" >"/etc/systemd/system/$1.d/here.conf"; }
instead systemd-journal-remote.socket Socket ListenStream 127.0.0.1:19531
instead systemd-journal-remote.service Service ExecStart \
  "/lib/systemd/systemd-journal-remote --listen-http=-3 --output=/var/log/journal/remote/"
systemctl daemon-reload
sealing=$(journalctl --setup-keys --force --interval=1s 2>/dev/null)
journalctl --rotate
systemctl start systemd-journal-remote.socket systemd-journal-upload
systemctl restart habeas-log
there() { journalctl --quiet --directory=/var/log/journal/remote "$@"; }
until there --grep="Habeas: a transparency log" >/dev/null; do sleep 1; done
stranger=$(curl --silent --output /dev/null --write-out "%{http_code}" --data "MESSAGE=a lie" \
  --header "Content-Type: application/vnd.fdo.journal" https://$journal:19532/upload || true)
test "$stranger" = 000 # no certificate, no connection
well
journalctl --rotate
journalctl --quiet --verify --verify-key="$sealing"
sealed=$(grep --files-with-matches --text "Habeas: a transparency log" /var/log/journal/*/system@*.journal | tail -1)
sed "s/Habeas: a transparency log/Habeas: a transparency fog/" "$sealed" >changed.journal
if journalctl --quiet --verify --verify-key="$sealing" --file=changed.journal; then exit 1; fi

says killed
for unit in $units; do systemctl kill --signal=KILL "$unit"; done
well
whole receipt.json
opens kept.json

says one node of two
systemctl stop habeas-portal habeas-portal-worker
apply alone.json
systemctl start habeas-portal-worker habeas-portal
nodes green

says database started again
systemctl stop "postgresql@$version-main"
nodes red
systemctl start "postgresql@$version-main"
well
opens alone.json

says store down
systemctl stop weed
nodes red
systemctl start weed
well
opens kept.json
whole kept.json
until habeas withdraw kept.json; do sleep 1; done
says end
